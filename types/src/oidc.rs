//! Signing in by way of a service that vouches for people (OpenID Connect).

use crate::{FactorStep, Moment, SignedIn};
use serde::{Deserialize, Serialize};

/// Such a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Google.
    Google,
    /// Microsoft Entra ID and Microsoft accounts.
    Microsoft,
}

impl Provider {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Google, Self::Microsoft];

    /// The word for it in addresses and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
        }
    }

    /// The provider of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Microsoft => "Microsoft",
        }
    }
}

/// Somebody wants to sign in by way of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Depart {
    /// Which one.
    pub provider: Provider,
}

/// Somebody who is signed in wants to connect a provider with their account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// Which one.
    pub provider: Provider,
    /// The password of the account, as a proof.
    pub password: String,
}

/// Where the browser goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The address of the provider's page.
    pub to: String,
}

/// What came of the way to a provider and back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// Signed in.
    In(SignedIn),
    /// The account's second factor is asked for.
    Factor(FactorStep),
    /// Nobody has that identity, and the address is theirs: they may get an account.
    Newcomer(Newcomer),
    /// It is connected with the account now.
    Connected(Provider),
    /// It came to nothing.
    Refused(Refused),
}

/// Whom a provider vouches for, and who has no account here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomer {
    /// Who vouches.
    pub provider: Provider,
    /// Their name there; they may change it.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether anybody may register a workspace here.
    pub open: bool,
}

/// A way that came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// By which provider; none when the way itself is not known any more.
    pub provider: Option<Provider>,
    /// Why.
    pub why: Refusal,
}

/// Why a way to a provider and back came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Whoever stood there did not agree.
    Declined,
    /// It took too long, was used already, or began in another browser.
    Expired,
    /// The provider did not answer, or its answer does not prove anything.
    Unproven,
    /// Nobody has that identity, and the provider does not vouch for the address.
    Unverified,
    /// Nobody has that identity, and the address has an account: its owner signs in with the password and connects.
    Taken,
    /// The account was switched off.
    Disabled,
    /// That identity is another account's.
    Elsewhere,
    /// The account has another identity of that provider.
    Another,
}

/// A [`Newcomer`] who wants an account: by invitation, or with a workspace of their own where that is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrol {
    /// The secret of an invitation's link.
    pub invitation: Option<String>,
    /// The name of the new workspace; without an invitation.
    pub workspace_name: Option<String>,
    /// Their own name.
    pub name: String,
}

/// A provider that is connected with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Which one.
    pub provider: Provider,
    /// The address that it told; it need not be the account's.
    pub email: String,
    /// Since when.
    pub since: Moment,
}

/// The providers of an account, and of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// Those that can be connected here.
    pub offered: Vec<Provider>,
    /// Those that are.
    pub connected: Vec<Connection>,
    /// Whether the account has a password: without one nothing can be changed.
    pub password: bool,
}
