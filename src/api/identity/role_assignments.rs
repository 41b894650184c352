//! The list of who has which role where.

use std::collections::HashSet;

use axum::extract::OriginalUri;
use axum::response::Response;
use http::Uri;
use serde_json::{Map, Value, json};

use super::resource::truth;
use super::response;
use super::token_holder::{Subject, may};
use crate::db::identity::{Assignment, AssignmentFilter, Implication, Scope};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

/// What a list of assignments is asked for.
#[derive(Default)]
struct Question {
    by: AssignmentFilter,
    names: bool,
    effective: bool,
    /// It asks for what nobody has here: roles of groups, or inherited ones.
    nobody: bool,
}

impl Question {
    fn read(uri: &Uri) -> Result<Self> {
        let mut it = Self::default();
        let mut group = false;
        let query = uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "user.id" => it.by.user = Some(value),
                "role.id" => it.by.role = Some(value),
                "scope.project.id" => it.by.scope = Some(Scope::Project(value)),
                "scope.domain.id" => it.by.scope = Some(Scope::Domain(value)),
                "scope.system" => it.by.scope = Some(Scope::System),
                "group.id" => group = true,
                "scope.OS-INHERIT:inherited_to" => it.nobody = true,
                "include_names" => it.names = truth(&value),
                "effective" => it.effective = truth(&value),
                _ => {}
            }
        }
        if group && it.by.user.is_some() {
            let words = "Specify a user or group, not both";
            return Err(Fault::Invalid(words.into()));
        }
        it.nobody |= group;
        Ok(it)
    }
}

/// The list of who has what.
pub(crate) async fn list(me: Subject, OriginalUri(uri): OriginalUri) -> Result<Response> {
    may("list_role_assignments", me.reads_all())?;
    let itself = me.base.itself(&uri);
    let mut question = Question::read(&uri)?;
    if question.nobody {
        return Ok(response::list("role_assignments", Vec::new(), &itself));
    }
    let mut session = me.app.db.read().await?;
    // An implied role is in no row: with `effective` it is looked for afterwards.
    let role = question.by.role.take_if(|_| question.effective);
    let rows = session.assignments(&question.by).await?;
    let implications = if question.effective {
        session.implications().await?
    } else {
        Vec::new()
    };
    let shown = Shown {
        names: question.names,
    };
    let mut views = Vec::new();
    for row in &rows {
        for (prior, held) in with_implied(row, &implications) {
            if role.as_ref().is_none_or(|it| it == held.0) {
                views.push(view(row, held, prior, shown, &me.base));
            }
        }
    }
    Ok(response::list("role_assignments", views, &itself))
}

/// The id and the name of a role.
type Named<'a> = (&'a str, &'a str);

/// The role of an assignment, and every role it implies with the one that does.
fn with_implied<'a>(
    row: &'a Assignment,
    implications: &'a [Implication],
) -> Vec<(Option<&'a str>, Named<'a>)> {
    let mut held = vec![(None, (row.role_id.as_str(), row.role_name.as_str()))];
    let mut seen = HashSet::from([row.role_id.as_str()]);
    let mut next = 0;
    while let Some((_, (prior, _))) = held.get(next).copied() {
        for it in implications.iter().filter(|it| it.prior_id == prior) {
            if seen.insert(&it.implied_id) {
                held.push((Some(prior), (&it.implied_id, &it.implied_name)));
            }
        }
        next += 1;
    }
    held
}

/// How much of what an assignment names is shown.
#[derive(Clone, Copy)]
struct Shown {
    names: bool,
}

impl Shown {
    fn plain(self, id: &str, name: Option<&str>) -> Value {
        let mut it = Map::from_iter([("id".to_owned(), json!(id))]);
        if self.names {
            it.insert("name".into(), json!(name));
        }
        Value::Object(it)
    }

    /// What is in a domain: that stands beside the name.
    fn within(self, id: &str, name: Option<&str>, domain: Value) -> Value {
        let mut it = self.plain(id, name);
        if let Some(it) = it.as_object_mut().filter(|_| self.names) {
            it.insert("domain".into(), domain);
        }
        it
    }
}

/// Where an assignment holds: the beginning of its path, and what clients see.
fn place(row: &Assignment, shown: Shown) -> (String, Value) {
    if let Some(id) = &row.project_id {
        let domain = json!({ "id": row.project_domain_id, "name": row.project_domain_name });
        let project = shown.within(id, row.project_name.as_deref(), domain);
        (format!("/projects/{id}"), json!({ "project": project }))
    } else if let Some(id) = &row.domain_id {
        let domain = shown.plain(id, row.domain_name.as_deref());
        (format!("/domains/{id}"), json!({ "domain": domain }))
    } else {
        ("/system".to_owned(), json!({ "system": { "all": true } }))
    }
}

fn view(
    row: &Assignment,
    role: Named<'_>,
    prior: Option<&str>,
    shown: Shown,
    base: &Base,
) -> Value {
    let (place, scope) = place(row, shown);
    let itself = format!("{place}/users/{}/roles/{}", row.user_id, row.role_id);
    let mut links = Map::from_iter([("assignment".to_owned(), json!(base.link(&itself)))]);
    if let Some(prior) = prior {
        let path = format!("/prior_role/{prior}/implies/{}", role.0);
        links.insert("prior_role".into(), json!(base.link(&path)));
    }
    let home = json!({ "id": row.user_domain_id, "name": row.user_domain_name });
    json!({
        "links": links,
        "scope": scope,
        "user": shown.within(&row.user_id, Some(&row.user_name), home),
        "role": shown.plain(role.0, Some(role.1)),
    })
}
