//! Data that only requests by the endpoint that it came by can read.
//!
//! In Platform9 PCD two Glances share one database, and each has stores of its own: what is uploaded through the public one
//! is not there for the other. The location of such data records the interface.

use serde_json::{Map, Value};

use crate::app::App;
use crate::dialect::Interface;
use crate::domain::image::Image;
use crate::domain::location::Location;
use crate::{Error, Result};

/// The key of the interface in the metadata of a location, and in the input of a task.
const KEY: &str = "interface";

/// Records at a location by which interface the data came, if others shall not have it.
pub(super) fn record(app: &App, location: &mut Location) {
    record_in(app, &mut location.metadata);
}

/// Records in the input of a task by which interface it was asked for, if that matters for its data.
pub(super) fn record_in(app: &App, object: &mut Map<String, Value>) {
    if app.dialect().divides_uploads && app.interface() == Some(Interface::Public) {
        object.insert(KEY.to_owned(), Interface::Public.as_str().into());
    }
}

/// Returns a handle for the data of a task: it comes by the interface by which the task was asked for.
pub(super) fn as_requested(app: &App, input: &Value) -> App {
    match input.as_object() {
        Some(input) if is_public(input) => app.by_interface(Interface::Public),
        _ => app.clone(),
    }
}

/// Refuses a request for the data of an image if all of it came by the public endpoint, and the request did not.
pub(super) fn check(app: &App, image: &Image) -> Result<()> {
    let is_public_request = matches!(app.interface(), Some(Interface::Public) | None);
    if !app.dialect().divides_uploads || is_public_request || image.locations.is_empty() {
        return Ok(());
    }
    let mut locations = image.locations.iter();
    if locations.all(|location| is_public(&location.metadata)) {
        return Err(Error::NotFound(format!("Image {} not found", image.id)));
    }
    Ok(())
}

fn is_public(object: &Map<String, Value>) -> bool {
    let interface = object.get(KEY).and_then(Value::as_str);
    interface == Some(Interface::Public.as_str())
}
