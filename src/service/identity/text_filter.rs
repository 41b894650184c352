//! The filters of text: `name=x`, `name__contains=x` and the like.

/// A comparison of text.
#[derive(Clone, Copy)]
enum Comparison {
    Equal,
    Contains,
    StartsWith,
    EndsWith,
}

/// A filter of one attribute.
pub(crate) struct TextFilter<'a> {
    comparison: Comparison,
    ignores_case: bool,
    value: &'a str,
}

impl<'a> TextFilter<'a> {
    /// Returns the filter of this attribute that a parameter is; `None` if it is none. An unknown comparison
    /// does not count.
    pub(crate) fn of(name: &str, value: &'a str, attribute: &str) -> Option<Self> {
        let rest = name.strip_prefix(attribute)?;
        if rest.is_empty() {
            return Some(Self {
                comparison: Comparison::Equal,
                ignores_case: false,
                value,
            });
        }
        let comparison = rest.strip_prefix("__")?;
        let plain = comparison.strip_prefix('i');
        let comparison = match plain.unwrap_or(comparison) {
            "contains" => Comparison::Contains,
            "startswith" => Comparison::StartsWith,
            "endswith" => Comparison::EndsWith,
            _ => return None,
        };
        Some(Self {
            comparison,
            ignores_case: plain.is_some(),
            value,
        })
    }

    /// Returns whether the text passes.
    pub(crate) fn fits(&self, text: &str) -> bool {
        if self.ignores_case {
            self.compare(&text.to_lowercase(), &self.value.to_lowercase())
        } else {
            self.compare(text, self.value)
        }
    }

    fn compare(&self, text: &str, value: &str) -> bool {
        match self.comparison {
            Comparison::Equal => text == value,
            Comparison::Contains => text.contains(value),
            Comparison::StartsWith => text.starts_with(value),
            Comparison::EndsWith => text.ends_with(value),
        }
    }
}
