//! The defaults of settings that a cloud has instead of Glance's.

/// Defaults of settings; `None` stands for Glance's. A setting that is not at Glance's default stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults {
    /// The page size of lists.
    pub limit_param_default: Option<i64>,
    /// The greatest page size of lists.
    pub api_limit_max: Option<i64>,
    /// The values of `disk_format`.
    pub disk_formats: Option<&'static [&'static str]>,
    /// The values of `container_format`.
    pub container_formats: Option<&'static [&'static str]>,
    /// Whether data is refused that does not match `disk_format`.
    pub require_image_format_match: Option<bool>,
    /// The region of the first endpoints.
    pub bootstrap_region: Option<&'static str>,
    /// The lifetime of tokens, in seconds.
    pub token_expiration: Option<u32>,
}

impl Defaults {
    /// Glance's own.
    pub const GLANCE: Self = Self {
        limit_param_default: None,
        api_limit_max: None,
        disk_formats: None,
        container_formats: None,
        require_image_format_match: None,
        bootstrap_region: None,
        token_expiration: None,
    };
}
