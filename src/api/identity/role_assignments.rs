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
use crate::service::identity::effective::{Held, RoleOrigin};

/// Lists who has which role where.
pub(crate) async fn list(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let found = request.service().role_assignments(&query(&uri)).await?;
    let shown = ShownNames { names: found.names };
    let views = found.rows.iter();
    let views = views.map(|held| view(held, shown, &request.base)).collect();
    let itself = request.base.itself(&uri);
    Ok(response::list("role_assignments", views, &itself))
}

/// How much of what an assignment names is shown.
#[derive(Clone, Copy)]
struct ShownNames {
    names: bool,
}

impl ShownNames {
    fn plain(self, id: &str, name: Option<&str>) -> Value {
        let mut shown = Map::from_iter([("id".to_owned(), json!(id))]);
        if self.names {
            shown.insert("name".into(), json!(name));
        }
        Value::Object(shown)
    }

    /// What is in a domain: that stands beside the name.
    fn within(self, id: &str, name: Option<&str>, domain: Value) -> Value {
        let mut shown = self.plain(id, name);
        if let Some(shown) = shown.as_object_mut().filter(|_| self.names) {
            shown.insert("domain".into(), domain);
        }
        shown
    }
}

/// Returns where a role is held, as clients see it.
fn scope(row: &Assignment, shown: ShownNames) -> Value {
    let mut scope = if let Some(id) = &row.project_id {
        let domain = json!({ "id": row.project_domain_id, "name": row.project_domain_name });
        json!({ "project": shown.within(id, row.project_name.as_deref(), domain) })
    } else if let Some(id) = &row.domain_id {
        json!({ "domain": shown.plain(id, row.domain_name.as_deref()) })
    } else {
        json!({ "system": { "all": true } })
    };
    if let Some(scope) = scope.as_object_mut().filter(|_| row.inherited) {
        scope.insert("OS-INHERIT:inherited_to".into(), json!("projects"));
    }
    scope
}

/// Returns the path of the grant that an assignment comes from.
fn grant(held: &Held) -> String {
    let row = &held.row;
    let place = match (&held.origin, &row.project_id, &row.domain_id) {
        (Some(RoleOrigin::Project(id)), _, _) | (None, Some(id), _) => format!("/projects/{id}"),
        (Some(RoleOrigin::Domain(id)), _, _) | (None, None, Some(id)) => format!("/domains/{id}"),
        (None, None, None) => "/system".to_owned(),
    };
    let group = held.group.as_ref().or(row.group_id.as_ref());
    let actor = match (group, &row.user_id) {
        (Some(group), _) => format!("/groups/{group}"),
        (None, user) => format!("/users/{}", user.as_deref().unwrap_or_default()),
    };
    let (before, after) = if row.inherited {
        ("/OS-INHERIT", "/inherited_to_projects")
    } else {
        ("", "")
    };
    // Of a role that another implies, Keystone names that one.
    let role = held.prior.as_ref().unwrap_or(&row.role_id);
    format!("{before}{place}{actor}/roles/{role}{after}")
}

fn view(held: &Held, shown: ShownNames, base: &Base) -> Value {
    let row = &held.row;
    let mut links = Map::new();
    if let (Some(group), Some(user)) = (&held.group, &row.user_id) {
        let membership = base.link(&format!("/groups/{group}/users/{user}"));
        links.insert("membership".into(), json!(membership));
    }
    links.insert("assignment".into(), json!(base.link(&grant(held))));
    if let Some(prior) = &held.prior {
        // Keystone names the two the other way round.
        let path = format!("/prior_role/{}/implies/{prior}", held.role.0);
        links.insert("prior_role".into(), json!(base.link(&path)));
    }
    let mut view = Map::from_iter([
        ("links".to_owned(), Value::Object(links)),
        ("scope".to_owned(), scope(row, shown)),
    ]);
    if let Some(id) = &row.user_id {
        let home = json!({ "id": row.user_domain_id, "name": row.user_domain_name });
        let user = shown.within(id, row.user_name.as_deref(), home);
        view.insert("user".into(), user);
    }
    if let Some(id) = &row.group_id {
        let home = json!({ "id": row.group_domain_id, "name": row.group_domain_name });
        let group = shown.within(id, row.group_name.as_deref(), home);
        view.insert("group".into(), group);
    }
    view.insert("role".into(), role(held, shown));
    Value::Object(view)
}

fn role(held: &Held, shown: ShownNames) -> Value {
    let row = &held.row;
    let mut role = shown.plain(&held.role.0, Some(&held.role.1));
    if let Some(role) = role.as_object_mut()
        && let Some(domain) = &row.role_domain_id
        && shown.names
        && held.prior.is_none()
    {
        let domain = json!({ "id": domain, "name": row.role_domain_name });
        role.insert("domain".into(), domain);
    }
    role
}
