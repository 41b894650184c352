//! The list of who has which role where.

use axum::extract::OriginalUri;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::resource::query;
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Assignment;
use crate::identity::error::Result;
use crate::identity::urls::Base;
use crate::service::identity::role_assignments::RoleRef;

/// Lists who has which role where.
pub(crate) async fn list(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let found = request.service().role_assignments(&query(&uri)).await?;
    let shown = ShownNames { names: found.names };
    let views = found
        .effective()
        .map(|(row, role, prior)| view(row, role, prior, shown, &request.base))
        .collect();
    let itself = request.base.itself(&uri);
    Ok(response::list("role_assignments", views, &itself))
}

/// The amount of detail that a list of assignments shows.
#[derive(Clone, Copy)]
struct ShownNames {
    names: bool,
}

impl ShownNames {
    fn plain(self, id: &str, name: Option<&str>) -> Value {
        let mut it = Map::from_iter([("id".to_owned(), json!(id))]);
        if self.names {
            it.insert("name".into(), json!(name));
        }
        Value::Object(it)
    }

    /// Returns the id of the domain, which is shown beside the name.
    fn within(self, id: &str, name: Option<&str>, domain: Value) -> Value {
        let mut it = self.plain(id, name);
        if let Some(it) = it.as_object_mut().filter(|_| self.names) {
            it.insert("domain".into(), domain);
        }
        it
    }
}

/// Returns where an assignment holds: the beginning of its path, and what clients see.
fn place(row: &Assignment, shown: ShownNames) -> (String, Value) {
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
    role: RoleRef<'_>,
    prior: Option<&str>,
    shown: ShownNames,
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
