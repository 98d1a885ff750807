//! The words of what was not read. What stood there instead is not repeated: it may be a person's, and numbers with
//! fractions alone bring a tenth of the core library's code with them.

use crate::json::Fault;
use serde::de::{Error, Expected, Unexpected};
use std::fmt::Display;

impl Error for Fault {
    #[cold]
    #[inline(never)]
    fn custom<T: Display>(words: T) -> Self {
        Self(words.to_string())
    }

    #[cold]
    #[inline(never)]
    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}, found another type"))
    }

    #[cold]
    #[inline(never)]
    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}, found another value"))
    }

    #[cold]
    #[inline(never)]
    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}, found {length}"))
    }

    #[cold]
    #[inline(never)]
    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self(format!("unknown variant `{variant}`"))
    }

    #[cold]
    #[inline(never)]
    fn missing_field(field: &'static str) -> Self {
        Self(format!("missing field `{field}`"))
    }

    #[cold]
    #[inline(never)]
    fn duplicate_field(field: &'static str) -> Self {
        Self(format!("field `{field}` stands twice"))
    }
}
