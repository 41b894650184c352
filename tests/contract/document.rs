//! An OpenAPI document that answers are held to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use jsonschema::Validator;
use lookalike::{DescribedApi, openapi_document};
use serde_json::{Map, Value, json};

/// The methods that a path item may have.
const METHODS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];

/// The headers that an answer may have only where they are declared.
const MEANT: [&str; 12] = [
    "accept-patch",
    "allow",
    "content-md5",
    "content-range",
    "location",
    "openstack-image-import-methods",
    "openstack-image-store-ids",
    "retry-after",
    "vary",
    "www-authenticate",
    "x-openstack-request-id",
    "x-subject-token",
];

/// An answer, and what it answers.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    /// The value of Content-Type.
    pub(crate) media_type: Option<&'a str>,
    /// The names of the headers in lower case.
    pub(crate) headers: BTreeSet<String>,
    /// The headers that were not kept, if there are such.
    pub(crate) not_kept: &'static [&'static str],
    /// The body, if it is JSON and was kept.
    pub(crate) json: Option<Value>,
}

/// A document, with the validators that were compiled so far.
pub(crate) struct Document {
    api: DescribedApi,
    pub(crate) whole: Value,
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

/// A status of an operation: `("GET /v2/images", 200)`.
pub(crate) type Declared = (String, u16);

impl Document {
    pub(crate) fn of(api: DescribedApi) -> Self {
        let mut whole = openapi_document(api).unwrap();
        forget_settings(&mut whole);
        Self {
            api,
            whole,
            validators: RefCell::default(),
        }
    }

    fn paths(&self) -> &Map<String, Value> {
        self.whole["paths"].as_object().unwrap()
    }

    /// Returns every operation: its method and path, and what it is.
    pub(crate) fn operations(&self) -> BTreeMap<String, &Value> {
        let mut all = BTreeMap::new();
        for (path, item) in self.paths() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    all.insert(format!("{} {path}", method.to_uppercase()), operation);
                }
            }
        }
        all
    }

    /// Returns the path as the document has it, if it has one.
    fn path_of(&self, path: &str) -> Option<&str> {
        let path = self.normal(path);
        let given: Vec<_> = path.split('/').collect();
        let fits = |known: &str| {
            let known: Vec<_> = known.split('/').collect();
            known.len() == given.len()
                && known.iter().zip(&given).all(|(known, given)| {
                    known == given || (known.starts_with('{') && !given.is_empty())
                })
        };
        let found = self.paths().keys().filter(|known| fits(known));
        let found = found.min_by_key(|known| known.matches('{').count());
        found.map(String::as_str)
    }

    /// Returns a path in the form that the document has: the newest version, no slash at the end where it says nothing.
    fn normal(&self, path: &str) -> String {
        let mut path = path.replace("%2F", "/").replace("%2f", "/");
        if self.api == DescribedApi::Identity {
            let short = path.trim_end_matches('/');
            return if short.is_empty() { "/" } else { short }.to_owned();
        }
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        if ["/versions/", "/healthcheck/"].contains(&path.as_str()) {
            path.pop();
        }
        let minor = path.strip_prefix("/v2.");
        let minor = minor.and_then(|rest| rest.split_once('/'));
        let minor = minor.filter(|(number, _)| number.parse::<u8>().is_ok());
        let newest = minor.map(|(_, rest)| format!("/v2/{rest}"));
        newest.unwrap_or(path)
    }

    /// Returns the operation that a request is for: its name, and its path item's key.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<(String, &str)> {
        let path = self.path_of(path)?;
        let item = &self.whole["paths"][path];
        let method = method.to_lowercase();
        let known = METHODS.iter().find(|known| **known == method)?;
        let answering = if item.get(*known).is_some() {
            *known
        } else if *known == "head"
            && self.api == DescribedApi::Identity
            && item.get("get").is_some()
        {
            // Every GET of the identity answers HEAD.
            "get"
        } else {
            return None;
        };
        Some((format!("{} {path}", known.to_uppercase()), answering))
    }

    /// Returns the declaration that an answer has to fit: that of its operation, or that of all other requests.
    fn response(&self, exchange: &Exchange) -> Result<(Option<Declared>, &Value), String> {
        let status = exchange.status.to_string();
        if let Some((name, answering)) = self.operation(exchange.method, exchange.path) {
            let path = name.split_once(' ').unwrap().1;
            let responses = &self.whole["paths"][path][answering]["responses"];
            let found = responses
                .get(&status)
                .or_else(|| self.whole["x-everywhere"].get(&status));
            let found = found.ok_or_else(|| format!("{name} does not declare {status}"))?;
            return Ok((Some((name, exchange.status)), self.resolve(found)));
        }
        let (method, path) = (exchange.method, exchange.path);
        let found = self.whole["x-otherwise"].get(&status);
        let found = found.ok_or_else(|| format!("{status} is not declared of {method} {path}"))?;
        Ok((None, self.resolve(found)))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').unwrap();
                self.whole.pointer(pointer).unwrap()
            }
            None => value,
        }
    }

    /// Checks an answer, and returns the status of the operation that it was held to.
    pub(crate) fn check(&self, exchange: &Exchange) -> Result<Option<Declared>, String> {
        let (declared, response) = self.response(exchange)?;
        let name = declared.as_ref().map_or_else(
            || format!("{} {}", exchange.method, exchange.path),
            |(name, _)| name.clone(),
        );
        let wrong = |what: String| format!("{name} {}: {what}", exchange.status);
        let headers = response["headers"].as_object();
        for (header, about) in headers.into_iter().flatten() {
            let header = header.to_lowercase();
            let required = self.resolve(about)["required"] == true;
            let kept = !exchange.not_kept.contains(&header.as_str());
            if required && kept && !exchange.headers.contains(&header) {
                return Err(wrong(format!("it lacks the header {header}")));
            }
        }
        let is_known = |header: &str| {
            let mut all = headers.into_iter().flatten();
            all.any(|(known, _)| known.eq_ignore_ascii_case(header))
        };
        // Web pages of other origins get it with CORS.
        let by_cors = exchange.headers.contains("access-control-allow-origin");
        for header in MEANT
            .iter()
            .filter(|header| exchange.headers.contains(**header))
        {
            let explained = is_known(header) || (by_cors && *header == "vary");
            if !explained {
                return Err(wrong(format!("the header {header} is not declared")));
            }
        }
        self.check_body(response, exchange).map_err(wrong)?;
        Ok(declared)
    }

    fn check_body(&self, response: &Value, exchange: &Exchange) -> Result<(), String> {
        let Some(content) = response["content"].as_object() else {
            return match &exchange.json {
                Some(body) => Err(format!("no body is declared, but there is {body}")),
                None => Ok(()),
            };
        };
        let Some(media_type) = exchange.media_type else {
            let is_answer_to_options = exchange.method == "OPTIONS" && exchange.json.is_none();
            let wrong = || "it has no Content-Type".to_owned();
            return is_answer_to_options.then_some(()).ok_or_else(wrong);
        };
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let Some(about) = content.get(media_type) else {
            return Err(format!("{media_type} is not declared"));
        };
        let Some(body) = &exchange.json else {
            return Ok(());
        };
        let errors: Vec<_> = self
            .validator(&about["schema"])
            .iter_errors(body)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .take(3)
            .collect();
        if errors.is_empty() {
            return Ok(());
        }
        let mut text = body.to_string();
        text.truncate(text.floor_char_boundary(600));
        Err(format!("{}: {text}", errors.join("; ")))
    }

    fn validator(&self, schema: &Value) -> Rc<Validator> {
        let key = schema.to_string();
        if let Some(known) = self.validators.borrow().get(&key) {
            return Rc::clone(known);
        }
        let root = json!({
            "allOf": [schema],
            "components": { "schemas": self.whole["components"]["schemas"] },
        });
        let built = Rc::new(jsonschema::draft202012::new(&root).unwrap());
        self.validators.borrow_mut().insert(key, Rc::clone(&built));
        built
    }

    /// Returns the errors of a request body.
    pub(crate) fn check_request(&self, schema: &Value, body: &Value) -> Vec<String> {
        let validator = self.validator(schema);
        validator
            .iter_errors(body)
            .map(|error| error.to_string())
            .collect()
    }
}

/// Removes the enumerations that settings change: the answers are of servers with all kinds of settings.
fn forget_settings(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.contains_key("x-setting") {
                object.remove("enum");
            }
            object.values_mut().for_each(forget_settings);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_settings),
        _ => {}
    }
}
