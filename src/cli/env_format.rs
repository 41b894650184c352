//! Variables in the syntax of a shell, of a file or of Terraform.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The syntax in which `lookalike env` prints variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `NAME=value`.
    Dotenv,
    /// `set -gx NAME 'value'`.
    Fish,
    /// `$env:NAME = 'value'`.
    PowerShell,
    /// The block of a provider.
    Terraform,
    /// An object.
    Json,
}

/// The arguments of the OpenStack provider, by the variables that have their values.
const TERRAFORM: &[(&str, &str)] = &[
    ("OS_AUTH_URL", "auth_url"),
    ("OS_USERNAME", "user_name"),
    ("OS_PASSWORD", "password"),
    ("OS_PROJECT_NAME", "tenant_name"),
    ("OS_USER_DOMAIN_NAME", "user_domain_name"),
    ("OS_PROJECT_DOMAIN_NAME", "project_domain_name"),
    ("OS_REGION_NAME", "region"),
    ("OS_CACERT", "cacert_file"),
];

/// Returns the text that sets the variables, and removes their rivals where the syntax can say so.
pub(super) fn text(
    syntax: Syntax,
    rivals: &[&str],
    variables: &[(&'static str, String)],
) -> String {
    let lines = |line: fn(&str, &str) -> String| -> String {
        let variables = variables.iter();
        variables.map(|(name, value)| line(name, value)).collect()
    };
    match syntax {
        Syntax::Dotenv => lines(|name, value| format!("{name}={}\n", dotenv(value))),
        Syntax::Fish => {
            let set = lines(|name, value| format!("set -gx {name} '{}'\n", fish(value)));
            format!("set -e {}\n{set}", rivals.join(" "))
        }
        Syntax::PowerShell => {
            let set = lines(|name, value| format!("$env:{name} = '{}'\n", powershell(value)));
            let rivals: Vec<_> = rivals.iter().map(|name| format!("Env:{name}")).collect();
            let remove = rivals.join(", ");
            format!("Remove-Item -ErrorAction SilentlyContinue {remove}\n{set}")
        }
        Syntax::Terraform => terraform(variables),
        Syntax::Json => json(variables),
    }
}

/// Returns a value for a file of variables. Plain values have no quotes, for `docker run --env-file` takes those as part of the
/// value; the others are quoted as docker compose and most libraries read them.
fn dotenv(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/@%+,=".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    if !value.contains(['\'', '\\', '\n', '\r']) {
        return format!("'{value}'");
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' | '$' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns a value for single quotes of fish, where a backslash escapes.
fn fish(value: &str) -> String {
    value.replace('\\', r"\\").replace('\'', r"\'")
}

/// Returns a value for single quotes of PowerShell, which takes typographic ones for quotes, too
/// (`about_Quoting_Rules`, and `IsSingleQuote` of its tokenizer).
fn powershell(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            text.push(c);
        }
        text.push(c);
    }
    text
}

/// Returns the block of the provider `terraform-provider-openstack/openstack`.
fn terraform(variables: &[(&'static str, String)]) -> String {
    let value = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let mut text = String::from("provider \"openstack\" {\n");
    let wide = "project_domain_name".len();
    for (variable, argument) in TERRAFORM {
        if let Some(value) = value(variable) {
            // Writing to a String does not fail.
            let _ = writeln!(text, "  {argument:wide$} = {}", hcl(value));
        }
    }
    if let Some(images) = value("OS_IMAGE_ENDPOINT_OVERRIDE") {
        let images = hcl(&format!("{images}/v2/"));
        let _ = writeln!(
            text,
            "  endpoint_overrides = {{\n    image = {images}\n  }}"
        );
    }
    text.push_str("}\n");
    text
}

/// Returns a quoted text of HCL, in which nothing is a template.
fn hcl(value: &str) -> String {
    let mut quoted = String::from("\"");
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => quoted.extend([c, c]),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns an object of the variables.
fn json(variables: &[(&'static str, String)]) -> String {
    let variables = variables.iter();
    let object: Map<String, Value> = variables
        .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
        .collect();
    format!("{:#}\n", Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: &str = "it's \"odd\" $HOME ${x} %{y} \\ \u{2019}\nend";

    fn one(syntax: Syntax) -> String {
        text(syntax, &["OS_CLOUD"], &[("OS_PASSWORD", ODD.to_owned())])
    }

    #[test]
    fn each_syntax_escapes_what_it_would_interpret() {
        assert_eq!(
            one(Syntax::Dotenv),
            "OS_PASSWORD=\"it's \\\"odd\\\" \\$HOME \\${x} %{y} \\\\ \u{2019}\\nend\"\n"
        );
        assert_eq!(
            one(Syntax::Fish),
            "set -e OS_CLOUD\nset -gx OS_PASSWORD 'it\\'s \"odd\" $HOME ${x} %{y} \\\\ \u{2019}\nend'\n"
        );
        assert_eq!(
            one(Syntax::PowerShell),
            "Remove-Item -ErrorAction SilentlyContinue Env:OS_CLOUD\n\
             $env:OS_PASSWORD = 'it''s \"odd\" $HOME ${x} %{y} \\ \u{2019}\u{2019}\nend'\n"
        );
        assert_eq!(
            one(Syntax::Terraform),
            "provider \"openstack\" {\n  password            = \
             \"it's \\\"odd\\\" $HOME $${x} %%{y} \\\\ \u{2019}\\nend\"\n}\n"
        );
        let object: Value = serde_json::from_str(&one(Syntax::Json)).unwrap();
        assert_eq!(object["OS_PASSWORD"], ODD);
    }

    #[test]
    fn a_plain_value_of_dotenv_has_no_quotes() {
        assert_eq!(
            dotenv("http://127.0.0.1:9292/identity/v3"),
            "http://127.0.0.1:9292/identity/v3"
        );
        assert_eq!(dotenv("two words # one"), "'two words # one'");
    }

    #[test]
    fn terraform_is_led_to_images_that_the_catalogue_does_not_name() {
        let variables = [
            ("OS_AUTH_URL", "http://keystone/v3".to_owned()),
            ("OS_IMAGE_ENDPOINT_OVERRIDE", "http://h:1".to_owned()),
        ];
        let text = text(Syntax::Terraform, &[], &variables);
        assert!(
            text.contains("  endpoint_overrides = {\n    image = \"http://h:1/v2/\"\n  }\n"),
            "{text}"
        );
    }
}
