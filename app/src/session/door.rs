//! What those ask for who are outside: to come in, to get an account, to set a new password.

use super::{Session, bearer, hold, lock, wire};
use crate::ApiError;
use leptos::prelude::*;
use postern_types::{
    Arrival, Away, CodeSent, Confirm, Connect, Credentials, Depart, Ended, Enrol, Entry, Factor,
    FactorStep, Forgot, Invited, LinkToken, PasskeyAnswer, PasskeyAsked, Provider, Register, Reset,
    SetUp, SetUpState, SignedIn,
};
use serde::{Serialize, de::DeserializeOwned};

/// How strangers may come in.
pub async fn setup_state() -> Result<SetUpState, ApiError> {
    wire::get("/auth/setup").await
}

/// Asks for an account: a code goes to the address. [`ApiError::NotFound`] when the invitation is over.
pub async fn register(form: Register) -> Result<CodeSent, ApiError> {
    wire::post("/auth/register", &form).await
}

/// Has another code mailed for what that ticket stands for, and ends the one before it. [`ApiError::NotFound`] when its
/// time is over.
pub async fn another_code(ticket: String) -> Result<CodeSent, ApiError> {
    wire::post("/auth/again", &LinkToken { token: ticket }).await
}

/// What an invitation's link is good for. [`ApiError::NotFound`] when it is not good any more.
pub async fn invited(token: String) -> Result<Invited, ApiError> {
    wire::post("/auth/invitation", &LinkToken { token }).await
}

/// Has a link for a new password mailed, if somebody has that address; it does not tell.
pub async fn forgot(email: String) -> Result<(), ApiError> {
    wire::tell("/auth/forgot", &Forgot { email }).await
}

/// Sets a new password by a mailed link, which ends every session. [`ApiError::NotFound`] when the link is over.
pub async fn reset(form: Reset) -> Result<(), ApiError> {
    wire::tell("/auth/reset", &form).await
}

/// Ends every session of whoever got that link: somebody else signed in. The old password goes with them; what is given sets
/// a new one. [`ApiError::NotFound`] when it is over.
pub async fn not_me(token: String) -> Result<Ended, ApiError> {
    wire::post("/auth/not-me", &LinkToken { token }).await
}

/// What a passkey is asked that signs in with nothing else.
pub async fn ask_passkey() -> Result<PasskeyAsked, ApiError> {
    wire::post("/auth/passkey", &()).await
}

/// What a passkey is asked as the second step. [`ApiError::NotFound`] when the first step is too long ago.
pub async fn ask_factor(step: String) -> Result<PasskeyAsked, ApiError> {
    wire::post("/auth/factor-passkey", &LinkToken { token: step }).await
}

/// Has a code mailed as the second step, and ends the one before it. [`ApiError::NotFound`] when the first step is too long
/// ago.
pub async fn mail_factor(step: String) -> Result<CodeSent, ApiError> {
    wire::post("/auth/factor-mail", &LinkToken { token: step }).await
}

/// Where a provider's page is, for whoever wants to sign in by way of it.
pub async fn depart(provider: Provider) -> Result<Away, ApiError> {
    wire::post("/auth/oidc/depart", &Depart { provider }).await
}

/// The same for whoever is signed in and wants to connect it. [`ApiError::Invalid`] on `password`.
pub async fn connect(form: Connect) -> Result<Away, ApiError> {
    let (token, ..) = bearer().await?;
    wire::post_as("/auth/oidc/connect", &token, &form).await
}

impl Session {
    /// What came of the way to a provider and back; signs in where that was it. It is told once.
    pub async fn arrive(self) -> Result<Arrival, ApiError> {
        let arrival = lock::exclusive(async {
            let arrival = wire::post("/auth/oidc/finish", &()).await?;
            if matches!(arrival, Arrival::In(_)) {
                wire::keep_leaving(false);
            }
            Ok::<Arrival, ApiError>(arrival)
        });
        let arrival = arrival.await?;
        if let Arrival::In(signed_in) = &arrival {
            self.came_in(signed_in.clone());
        }
        Ok(arrival)
    }

    /// Makes an account for whom a provider vouches, and signs it in.
    pub async fn enrol(self, form: Enrol) -> Result<(), ApiError> {
        self.enter("/auth/oidc/enrol", &form, Entry::In)
            .await
            .map(drop)
    }

    fn came_in(self, signed_in: SignedIn) {
        self.leaving.set(false);
        hold::accept(signed_in);
        wire::tell_other_tabs("in");
    }

    /// Signs in, or gives the second step, where there is one. [`ApiError::Invalid`] on `password` when address and
    /// password do not belong together.
    pub async fn sign_in(
        self,
        email: String,
        password: String,
    ) -> Result<Option<FactorStep>, ApiError> {
        let form = Credentials { email, password };
        self.enter("/auth/sign-in", &form, |entry: Entry| entry)
            .await
    }

    /// Signs in with a passkey alone. [`ApiError::Invalid`] on `passkey` when it opens nothing.
    pub async fn sign_in_by(self, form: PasskeyAnswer) -> Result<(), ApiError> {
        self.enter("/auth/passkey/finish", &form, Entry::In)
            .await
            .map(drop)
    }

    /// The second step. [`ApiError::Invalid`] on `code` or `passkey` when it is wrong, [`ApiError::NotFound`] when the first
    /// step is too long ago.
    pub async fn prove(self, form: Factor) -> Result<(), ApiError> {
        self.enter("/auth/factor", &form, Entry::In).await.map(drop)
    }

    /// Makes the first owner and signs them in.
    pub async fn set_up(self, form: SetUp) -> Result<(), ApiError> {
        self.enter("/auth/setup", &form, Entry::In).await.map(drop)
    }

    /// Makes the account that was asked for and signs it in. [`ApiError::Invalid`] on `code` when it is wrong,
    /// [`ApiError::NotFound`] when it is over.
    pub async fn confirm(self, form: Confirm) -> Result<(), ApiError> {
        self.enter("/auth/confirm", &form, Entry::In)
            .await
            .map(drop)
    }

    async fn enter<T: DeserializeOwned>(
        self,
        path: &'static str,
        body: &impl Serialize,
        read: fn(T) -> Entry,
    ) -> Result<Option<FactorStep>, ApiError> {
        let entry = lock::exclusive(async {
            let entry = read(wire::post(path, body).await?);
            if matches!(entry, Entry::In(_)) {
                // The server has ended the session that this one replaces.
                wire::keep_leaving(false);
            }
            Ok::<_, ApiError>(entry)
        });
        match entry.await? {
            Entry::In(signed_in) => {
                self.came_in(signed_in);
                Ok(None)
            }
            Entry::Factor(step) => Ok(Some(step)),
        }
    }
}
