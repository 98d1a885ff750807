//! How the reader wants it: theme and density, kept in this browser and set on the page's root.

use crate::boxed::effect;
use crate::browser;
use leptos::prelude::*;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much room a row takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Two lines and air.
    #[default]
    Comfortable,
    /// More rows on a screen.
    Compact,
}

/// The reader's choices; copied about freely.
#[derive(Clone, Copy)]
pub struct Prefs {
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// How dense.
    pub density: RwSignal<Density>,
}

const THEME: &str = "postern.theme";
const DENSITY: &str = "postern.density";

/// Sets what was chosen before the first paint; runs in the head, with the page's nonce.
pub const BEFORE_PAINT: &str = "for(const k of['theme','density']){const v=localStorage.getItem('postern.'+k);\
    if(v)document.documentElement.dataset[k]=v}";

impl Theme {
    fn word(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Density {
    fn word(self) -> &'static str {
        match self {
            Self::Comfortable => "",
            Self::Compact => "compact",
        }
    }
}

/// Reads the choices once the page lives; once, at the root.
pub fn provide_prefs() {
    let prefs = Prefs {
        theme: RwSignal::new(Theme::default()),
        density: RwSignal::new(Density::default()),
    };
    provide_context(prefs);
    effect(move || {
        match browser::recall(THEME).as_deref() {
            Some("light") => prefs.theme.set(Theme::Light),
            Some("dark") => prefs.theme.set(Theme::Dark),
            _ => {}
        }
        if browser::recall(DENSITY).as_deref() == Some("compact") {
            prefs.density.set(Density::Compact);
        }
    });
}

/// The reader's choices.
pub fn use_prefs() -> Prefs {
    expect_context()
}

impl Prefs {
    /// Chooses a theme.
    pub fn choose_theme(self, theme: Theme) {
        self.theme.set(theme);
        keep(THEME, "theme", theme.word());
    }

    /// Chooses a density.
    pub fn choose_density(self, density: Density) {
        self.density.set(density);
        keep(DENSITY, "density", density.word());
    }
}

fn keep(key: &str, attribute: &str, word: &str) {
    browser::remember(key, word);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(&format!("data-{attribute}"), word);
    }
}
