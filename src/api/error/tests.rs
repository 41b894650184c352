use super::*;

#[test]
fn a_plain_error_ends_as_webobs_does() {
    let error = Error::ImageNotFound("x".into());
    let text = "404 Not Found\n\nNo image found with ID x\n\n   ";
    assert_eq!(body(&error, Form::Plain), text);
}

#[test]
fn a_plain_error_with_detail_has_both_parts() {
    let error = Error::conflict_detail("Property a does not exist.".into());
    let text = "409 Conflict\n\nThere was a conflict when trying to complete your request.\n\n \
                Property a does not exist.  ";
    assert_eq!(body(&error, Form::Plain), text);
}

#[test]
fn json_keeps_the_tail_of_the_page() {
    let error = Error::ImageNotFound("x".into());
    let text = "{\"message\": \"No image found with ID x<br /><br />\\n\\n\\n\", \
                \"code\": \"404 Not Found\", \"title\": \"Not Found\"}";
    assert_eq!(body(&error, Form::Json), text);
}

#[test]
fn json_is_ascii() {
    let error = Error::ImageNotFound("é😀".into());
    let text = body(&error, Form::Json);
    assert!(text.contains("No image found with ID \\u00e9\\ud83d\\ude00<br"));
}

#[test]
fn a_page_escapes_what_it_quotes() {
    let error = Error::ReadOnly("<b>".into());
    let page = body(&error, Form::Html);
    assert!(
        page.contains("Attribute &#x27;&lt;b&gt;&#x27; is read-only.<br /><br />\n\n\n\n </body>")
    );
}

#[test]
fn a_refused_method_has_a_template_of_its_own() {
    let error = Error::MethodNotAllowed {
        method: "PUT".into(),
        allow: "GET".into(),
    };
    let text = "405 Method Not Allowed\n\nThe method PUT is not allowed for this resource. \n\n ";
    assert_eq!(body(&error, Form::Plain), text);
}
