//! The ways in which an option is used.

/// The use that is made of an option.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Treatment {
    /// A setting takes its value.
    Applied(Way),
    /// The server does what the option asks for in a way of its own.
    Equivalent(&'static str),
    /// Clients see nothing of the option.
    NoEffect(&'static str),
    /// The server cannot do what the option asks for.
    NotSupported(&'static str),
}

/// The way in which the value of an option becomes that of a setting.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Way {
    /// The setting has the value.
    Same(&'static str),
    /// The setting has the value if there is one.
    IfAny(&'static str),
    /// The setting has the path of a file, which is looked for.
    File(&'static str),
    /// The setting has the paths of directories, which are looked for.
    Directories(&'static str),
    /// The setting has those words of the value that it knows.
    Known(&'static str, fn() -> Vec<String>),
    /// The setting has this value where the option is true.
    IfTrue(&'static str, &'static str),
    /// `flavor` of `[paste_deploy]`: who is let in, and with which cache.
    Pipeline,
    /// The directory of the cache, which lies elsewhere here.
    Cache,
    /// The stores, which are made of several options.
    Stores,
    /// The message broker, which is made of several options.
    Bus,
    /// The setting has the path of a file, which is looked for, where the message broker is connected to with TLS.
    BusFile(&'static str),
    /// What is not supported where there is a message broker, and has no effect without one.
    NotOnBus(&'static str),
}

/// A line of the table: section, name (`*`: each of the section that has no line of its own) and use.
pub(super) type TreatmentRow = (&'static str, &'static str, Treatment);

#[cfg(test)]
impl Way {
    /// Returns the setting that takes the value, where it is one.
    pub(in super::super) fn setting(self) -> Option<&'static str> {
        match self {
            Self::Same(setting)
            | Self::IfAny(setting)
            | Self::File(setting)
            | Self::BusFile(setting)
            | Self::Directories(setting)
            | Self::Known(setting, _)
            | Self::IfTrue(setting, _) => Some(setting),
            Self::Pipeline | Self::NotOnBus(_) => None,
            Self::Cache => Some("image_cache_dir"),
            Self::Stores => Some("store"),
            Self::Bus => Some("notification_amqp_url"),
        }
    }
}
