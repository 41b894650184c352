//! Users, and how one changes his own password.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::projects::insert_before;
use super::resource::{View, view};
use crate::app::App;
use crate::db::identity::User;
use crate::identity::document::{Document, object};
use crate::identity::error::Result;
use crate::identity::urls::Base;
use crate::service::identity::users;

impl View for User {
    fn view(&self, base: &Base) -> Value {
        let mut fields = Map::new();
        fields.insert("id".into(), json!(self.id));
        fields.insert("name".into(), json!(self.name));
        fields.insert("domain_id".into(), json!(self.domain_id));
        fields.insert("enabled".into(), json!(self.enabled));
        if let Some(project) = &self.default_project_id {
            fields.insert("default_project_id".into(), json!(project));
        }
        fields.insert("password_expires_at".into(), Value::Null);
        fields.insert("options".into(), Value::Object(object(&self.options)));
        let path = format!("/users/{}", self.id);
        view(&self.extra, Value::Object(fields), base, &path)
    }

    /// Keystone shows one more member here than anywhere else.
    fn view_changed(&self, base: &Base) -> Value {
        let mut view = self.view(base);
        let extra = Value::Object(object(&self.extra));
        insert_before(&mut view, "options", "extra", extra);
        view
    }
}

/// Changes a password for whoever knows the old one; no token is needed, as in Keystone.
pub(crate) async fn change_password(
    app: App,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    users::change_password(&app, &id, document).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
