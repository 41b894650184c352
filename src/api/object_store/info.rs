//! `/info`: the capabilities and limits of the object store. Swift: `swift/proxy/controllers/info.py`.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::Method;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use serde_json::json;

use super::answer::page;
use super::is_head;
use crate::api::json::spaced;
use crate::domain::object_store::constraints::{
    LISTING_LIMIT, MAX_BULK_DELETES, MAX_CONTAINER_NAME_LENGTH, MAX_FILE_SIZE, MAX_HEADER_SIZE,
    MAX_META_COUNT, MAX_META_NAME_LENGTH, MAX_META_OVERALL_SIZE, MAX_META_VALUE_LENGTH,
    MAX_OBJECT_NAME_LENGTH,
};

/// Answers GET and HEAD.
pub(super) async fn show(request: Request) -> Response {
    let method = request.method();
    if method != Method::GET && !is_head(method) {
        let mut response = page(405, None, method);
        let allow = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allow);
        return response;
    }
    let document = json!({
        "swift": {
            "max_file_size": MAX_FILE_SIZE,
            "max_meta_name_length": MAX_META_NAME_LENGTH,
            "max_meta_value_length": MAX_META_VALUE_LENGTH,
            "max_meta_count": MAX_META_COUNT,
            "max_meta_overall_size": MAX_META_OVERALL_SIZE,
            "max_header_size": MAX_HEADER_SIZE,
            "max_object_name_length": MAX_OBJECT_NAME_LENGTH,
            "container_listing_limit": LISTING_LIMIT,
            "account_listing_limit": LISTING_LIMIT,
            "max_container_name_length": MAX_CONTAINER_NAME_LENGTH,
            "allow_account_management": false,
            "account_autocreate": true,
            "valid_api_versions": ["v1", "v1.0"],
        },
        "dlo": {},
        "bulk_delete": { "max_deletes_per_request": MAX_BULK_DELETES },
    });
    let mut response = Response::new(Body::from(spaced(&document)));
    let media_type = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}
