//! What is wrong with a setting, in words that an operator can act on.

use std::fmt;

/// One thing that is wrong: never holds the value of a setting, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The environment variable, or the file or folder.
    pub name: String,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub remedy: String,
}

impl Fault {
    pub(crate) fn new(
        name: impl Into<String>,
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            wrong: wrong.into(),
            remedy: remedy.into(),
        }
    }

    /// Whether this is about the variable, also when its value came from the file.
    pub(super) fn is_about(&self, variable: &str) -> bool {
        self.name.split(' ').next() == Some(variable)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}.", self.name, self.wrong, self.remedy)
    }
}

/// Everything that is wrong, as a numbered list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(
            f,
            "Postern does not start: {count} fault{} in its configuration.",
            if count == 1 { "" } else { "s" }
        )?;
        for (number, fault) in self.0.iter().enumerate() {
            write!(f, "\n{:>3}. {fault}", number + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
