//! A number's registration with WhatsApp: code, PIN, and taking it off again. No PIN is kept or logged.

use super::{health, way};
use crate::{Env, Error, Result, audit, graph};
use postern_types::{ChannelId, Fact, Registration, Role, SessionId, WorkspaceId};
use serde::Serialize;

/// Does a step at Meta. An admin's.
pub async fn act(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    id: ChannelId,
    asked: &Registration,
) -> Result<()> {
    let way = way::open(env, session, workspace, id).await?;
    check(asked, &way.channel.name)?;
    if matches!(
        asked,
        Registration::Register { .. } | Registration::Deregister { .. }
    ) {
        let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
        let known = health::show(&mut tenant, id).await?.facts;
        tenant.commit().await?;
        if known
            .iter()
            .any(|known| known.fact == Fact::OnPhone && known.value == "true")
        {
            return Err(Error::conflict(
                "This number also runs in the WhatsApp Business app on a phone, which registers it. Nothing was changed.",
            ));
        }
    }
    // Before it is asked for: what Meta has done and nobody heard of is told of, too.
    let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
    let detail = Step {
        channel: id,
        step: asked.step(),
    };
    audit::record(env, &mut tenant, "channel.registration", &detail).await?;
    tenant.commit().await?;
    graph::register(&env.meta, &way.token, &way.channel.phone_number_id, asked).await?;
    let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
    health::promise(env, &mut tenant, id).await?;
    tenant.commit().await
}

#[derive(Serialize)]
struct Step {
    channel: ChannelId,
    step: &'static str,
}

fn check(asked: &Registration, name: &str) -> Result<()> {
    let six = |field, text: &str, words| {
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(())
        } else {
            Err(Error::invalid(field, words))
        }
    };
    match asked {
        Registration::RequestCode { language, .. } => {
            let fits = (2..=10).contains(&language.len())
                && language
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
            if fits {
                Ok(())
            } else {
                Err(Error::invalid(
                    "language",
                    "Choose a language from the list.",
                ))
            }
        }
        Registration::VerifyCode { code } => six("code", code, "The code has six digits."),
        Registration::Register { pin } | Registration::ChangePin { pin } => {
            six("pin", pin, "A PIN has six digits.")
        }
        Registration::Deregister { name: typed } if typed.trim() == name => Ok(()),
        Registration::Deregister { .. } => Err(Error::invalid(
            "name",
            "This is not the name of the number. Type it as it stands above.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_six_digits_and_a_number_is_taken_off_by_its_name_alone() {
        let pin = |pin: &str| check(&Registration::Register { pin: pin.into() }, "Shop").is_ok();
        assert!(pin("000000"));
        for wrong in ["", "12345", "1234567", "12 456", "١٢٣٤٥٦", "abcdef"] {
            assert!(!pin(wrong), "{wrong}");
        }
        let off =
            |name: &str| check(&Registration::Deregister { name: name.into() }, "Shop").is_ok();
        assert!(off(" Shop "));
        assert!(!off("shop") && !off(""));
        let code = |language: &str| {
            let language = language.to_owned();
            check(
                &Registration::RequestCode {
                    voice: false,
                    language,
                },
                "Shop",
            )
            .is_ok()
        };
        assert!(code("en_US") && code("de"));
        assert!(!code("") && !code("en-US;") && !code("e".repeat(11).as_str()));
    }
}
