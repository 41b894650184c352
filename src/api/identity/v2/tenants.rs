//! The tenants of Identity v2.0.

use axum::response::Response;
use serde_json::json;

use super::extract::Holder;
use super::listed;
use crate::identity::catalog;
use crate::identity::v2::error::Result;
use crate::identity::v2::tenant::TenantForm;

/// Lists the tenants that the caller has a role on: each account, and behind it its other forms.
pub(super) async fn list(Holder(request): Holder) -> Result<Response> {
    let projects = request.service().own_projects().await?;
    let rows = catalog::rows(&request.app).await?;
    let forms = TenantForm::all(&rows);
    let mut tenants = Vec::new();
    for project in &projects {
        tenants.extend(forms.iter().map(|form| {
            json!({
                "id": form.of_project(&project.id),
                "name": form.of_project(&project.name),
                "enabled": project.enabled,
            })
        }));
    }
    Ok(listed("tenants", &tenants.into()))
}
