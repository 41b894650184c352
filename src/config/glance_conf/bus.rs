//! The message bus: the broker that notifications are published to.
//!
//! It is connected to only where that is asked for, for whoever listens there would take the notifications for those of the real Glance.

use super::super::amqp::AmqpUrl;
use super::error::GlanceConfError;
use super::kind::SettingValue;
use super::meaning::{AppliedSetting, OptionOutcome};
use super::reader::{ConfReader, OptionValue};

/// The setting that the options about the bus make together.
const SETTING: &str = "notification_amqp_url";

/// The driver that publishes in the form that this server has.
const DRIVER: &str = "messagingv2";

/// The section with options about notifications alone.
const NOTIFICATIONS: &str = "oslo_messaging_notifications";

/// The URL of a configuration that says none, as in oslo.messaging.
const LOCAL: &str = "rabbit://";

/// Returns the setting of the broker, where one is connected to.
pub(super) fn setting(reader: &ConfReader) -> Result<Option<AppliedSetting>, GlanceConfError> {
    let Some(driver) = driver(reader)?.filter(|driver| reader.bus && publishes(driver)) else {
        return Ok(None);
    };
    let (url, place) = url(reader)?;
    let text = url.as_ref().map_or(LOCAL, OptionValue::text);
    if !is_rabbit(text) {
        return Ok(None);
    }
    let ssl = reader.named("oslo_messaging_rabbit", "ssl")?;
    let is_secure = ssl.is_some_and(|ssl| ssl.value == Some(SettingValue::Truth(true)));
    let ssl = match (is_secure, text.contains('?')) {
        (false, _) => "",
        (true, false) => "?ssl=true",
        (true, true) => "&ssl=true",
    };
    Ok(Some(AppliedSetting {
        setting: SETTING,
        value: SettingValue::Text(format!("{text}{ssl}")),
        origin: url.map_or(driver.origin, |url| url.origin),
        option: place.to_owned(),
    }))
}

/// Returns whether a broker is connected to with TLS.
pub(super) fn is_encrypted(reader: &ConfReader) -> Result<bool, GlanceConfError> {
    let value = setting(reader)?.map(|setting| setting.value);
    Ok(match value {
        Some(SettingValue::Text(text)) => AmqpUrl::read(&text).is_ok_and(|url| url.tls),
        _ => false,
    })
}

/// Returns what becomes of an option about the bus.
pub(super) fn outcome(reader: &ConfReader, place: &str) -> Result<OptionOutcome, GlanceConfError> {
    let no_effect = |why: &str| Ok(OptionOutcome::NoEffect(why.to_owned()));
    let not_supported = |why: String| Ok(OptionOutcome::NotSupported(why));
    let driver = driver(reader)?;
    let drivers = driver.map(|driver| driver.texts).unwrap_or_default();
    let mut others = drivers
        .iter()
        .filter(|driver| ![DRIVER, "noop", ""].contains(&driver.trim()));
    if place.ends_with("driver")
        && let Some(other) = others.next()
    {
        return not_supported(format!("there is no driver {other} here, only {DRIVER}"));
    }
    if !drivers.iter().any(|driver| driver.trim() == DRIVER) {
        return no_effect("no driver is messagingv2, so that nothing is published");
    }
    if !reader.bus {
        return no_effect(
            "the message bus is not connected to without --glance-conf-bus; --notification-amqp-url names another",
        );
    }
    let (url, counts) = url(reader)?;
    if place.ends_with("transport_url") && place != counts {
        return no_effect("that of [oslo_messaging_notifications] counts");
    }
    let text = url.as_ref().map_or(LOCAL, OptionValue::text);
    if !is_rabbit(text) {
        let scheme = text.split("://").next().unwrap_or_default();
        return not_supported(format!(
            "notifications are published to RabbitMQ only, not by {scheme}://"
        ));
    }
    Ok(OptionOutcome::Applied(vec![SETTING]))
}

/// Returns the URL of a broker as it may be shown, for the setting that names one.
pub(super) fn shown(setting: &AppliedSetting) -> Option<String> {
    match &setting.value {
        SettingValue::Text(text) if setting.setting == SETTING => {
            // The text of one that is wrong may have a password anywhere.
            Some(AmqpUrl::read(text).map_or_else(|_| "***".to_owned(), |url| url.shown()))
        }
        _ => None,
    }
}

fn driver(reader: &ConfReader) -> Result<Option<OptionValue>, GlanceConfError> {
    reader.named(NOTIFICATIONS, "driver")
}

fn publishes(driver: &OptionValue) -> bool {
    driver.texts.iter().any(|driver| driver.trim() == DRIVER)
}

/// Returns the URL that counts, and its option.
fn url(reader: &ConfReader) -> Result<(Option<OptionValue>, &'static str), GlanceConfError> {
    let is_said = |url: &OptionValue| !url.text().trim().is_empty();
    if let Some(url) = reader
        .named(NOTIFICATIONS, "transport_url")?
        .filter(is_said)
    {
        return Ok((Some(url), "[oslo_messaging_notifications] transport_url"));
    }
    let url = reader.named("DEFAULT", "transport_url")?.filter(is_said);
    Ok((url, "[DEFAULT] transport_url"))
}

fn is_rabbit(url: &str) -> bool {
    ["rabbit://", "kombu://"]
        .iter()
        .any(|scheme| url.trim().starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::super::sources::ConfSources;
    use super::super::values::ConfValues;
    use super::*;

    const DRIVER_LINE: &str = "[oslo_messaging_notifications]\ndriver = messagingv2\n";

    fn reader(text: &str, bus: bool) -> ConfReader {
        let sources = ConfSources {
            bus,
            ..ConfSources::default()
        };
        let mut reader = ConfReader::open(&sources).unwrap();
        reader.values = ConfValues::of_text(text);
        reader
    }

    fn url(text: &str) -> Option<SettingValue> {
        let setting = setting(&reader(text, true)).unwrap();
        setting.map(|setting| setting.value)
    }

    fn text(url: &str) -> SettingValue {
        SettingValue::Text(url.to_owned())
    }

    #[test]
    fn the_url_of_notifications_goes_before_the_other() {
        let both = format!(
            "[DEFAULT]\ntransport_url = rabbit://one\n{DRIVER_LINE}transport_url = rabbit://two\n"
        );
        assert_eq!(url(&both), Some(text("rabbit://two")));
        let one = format!("[DEFAULT]\ntransport_url = rabbit://one\n{DRIVER_LINE}");
        assert_eq!(url(&one), Some(text("rabbit://one")));
        assert_eq!(url(DRIVER_LINE), Some(text(LOCAL)));
    }

    #[test]
    fn an_encrypted_connection_is_said_by_the_url() {
        let ssl = "[oslo_messaging_rabbit]\nssl = true\n";
        assert_eq!(
            url(&format!("{DRIVER_LINE}{ssl}")),
            Some(text("rabbit://?ssl=true"))
        );
        let with_query = format!("{DRIVER_LINE}transport_url = rabbit://h/?a=b\n{ssl}");
        assert_eq!(url(&with_query), Some(text("rabbit://h/?a=b&ssl=true")));
    }

    #[test]
    fn nothing_is_connected_to_unasked_or_without_the_driver() {
        assert_eq!(setting(&reader(DRIVER_LINE, false)).unwrap(), None);
        assert_eq!(url("[DEFAULT]\ntransport_url = rabbit://one\n"), None);
        let kafka = format!("{DRIVER_LINE}transport_url = kafka://one\n");
        assert_eq!(url(&kafka), None);
    }

    #[test]
    fn what_becomes_of_an_option_is_told() {
        let told = |text: &str, place: &str, bus: bool| {
            let outcome = outcome(&reader(text, bus), place).unwrap();
            format!("{outcome:?}")
        };
        let place = "[oslo_messaging_notifications] driver";
        assert!(told(DRIVER_LINE, place, true).starts_with("Applied"));
        assert!(told(DRIVER_LINE, place, false).contains("--glance-conf-bus"));
        let log = "[oslo_messaging_notifications]\ndriver = log\n";
        assert!(told(log, place, true).contains("there is no driver log here"));
        let both = format!("{DRIVER_LINE}transport_url = rabbit://two\n");
        assert!(told(&both, "[DEFAULT] transport_url", true).contains("counts"));
        let kafka = format!("{DRIVER_LINE}transport_url = kafka://u:hidden@one\n");
        let kafka = told(&kafka, "[oslo_messaging_notifications] transport_url", true);
        assert!(kafka.contains("not by kafka://") && !kafka.contains("hidden"));
    }

    #[test]
    fn a_url_is_shown_without_its_password() {
        let shown = |url: &str| {
            shown(&AppliedSetting {
                setting: SETTING,
                value: SettingValue::Text(url.to_owned()),
                origin: super::super::sources::ConfOrigin::default(),
                option: String::new(),
            })
        };
        let url = shown("rabbit://user:hidden@host/");
        assert_eq!(url.as_deref(), Some("amqp://host:5672/"));
        assert_eq!(shown("rabbit://u:hidden@h:p/").as_deref(), Some("***"));
    }
}
