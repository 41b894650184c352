//! The form of an error of Identity v2.0: the fault's name is the key of the body.

use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::api::identity::response;
use crate::api::over_limit;
use crate::identity::v2::error::IdentityV2Error;

impl IntoResponse for IdentityV2Error {
    fn into_response(self) -> Response {
        if let Self::Ours(cause) = &self {
            tracing::error!(error = ?cause, "identity request failed");
        }
        if let Self::OverLimit(error) = &self {
            return over_limit::answer(error);
        }
        let status = self.status();
        let fault = json!({ "code": status.as_u16(), "message": self.to_string() });
        response::json(status, &json!({ self.fault(): fault }))
    }
}
