//! What a number shows of its business: read from Meta and written there, kept nowhere here.

use super::way;
use crate::{Env, Error, Result, audit, graph};
use postern_types::{ChannelId, Profile, Role, SessionId, VERTICALS, WorkspaceId};
use serde::Serialize;
use url::Url;

/// The profile as Meta has it now. An admin's.
pub async fn read(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    id: ChannelId,
) -> Result<Profile> {
    let way = way::open(env, session, workspace, id).await?;
    graph::read_profile(&env.meta, &way.token, &way.channel.phone_number_id).await
}

/// Writes the profile at Meta; gives back what was written. An admin's.
pub async fn write(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    id: ChannelId,
    asked: &Profile,
) -> Result<Profile> {
    let way = way::open(env, session, workspace, id).await?;
    let profile = checked(asked)?;
    // Before it is asked for: what Meta has done and nobody heard of is told of, too.
    let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
    audit::record(
        env,
        &mut tenant,
        "channel.profile",
        &Written { channel: id },
    )
    .await?;
    tenant.commit().await?;
    graph::write_profile(
        &env.meta,
        &way.token,
        &way.channel.phone_number_id,
        &profile,
    )
    .await?;
    Ok(profile)
}

#[derive(Serialize)]
struct Written {
    channel: ChannelId,
}

/// What was entered, trimmed and within Meta's bounds ("Business profiles", Cloud API).
fn checked(asked: &Profile) -> Result<Profile> {
    let websites: Vec<&str> = asked
        .websites
        .iter()
        .map(|site| site.trim())
        .filter(|site| !site.is_empty())
        .collect();
    if websites.len() > 2 {
        return Err(Error::invalid(
            "websites",
            "WhatsApp shows two websites at most.",
        ));
    }
    for (field, site) in ["website_1", "website_2"].into_iter().zip(&websites) {
        if !is_website(site) {
            return Err(Error::invalid(
                field,
                "Enter a whole address that begins with https:// or http://, up to 256 characters.",
            ));
        }
    }
    let email = within("email", &asked.email, 128)?;
    if !email.is_empty() && !is_email(&email) {
        return Err(Error::invalid("email", "This is not an e-mail address."));
    }
    let vertical = asked.vertical.trim();
    if !vertical.is_empty() && !VERTICALS.contains(&vertical) {
        return Err(Error::invalid(
            "vertical",
            "Choose one of the trades in the list.",
        ));
    }
    let about = within("about", &asked.about, 139)?;
    if about.is_empty() {
        return Err(Error::invalid("about", "WhatsApp wants a few words here."));
    }
    Ok(Profile {
        about,
        address: within("address", &asked.address, 256)?,
        description: within("description", &asked.description, 512)?,
        email,
        vertical: vertical.to_owned(),
        websites: websites.into_iter().map(str::to_owned).collect(),
    })
}

fn within(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    let long = text.chars().count();
    if long > most {
        let over = long - most;
        return Err(Error::invalid(
            field,
            format!("WhatsApp takes {most} characters here; this has {over} more."),
        ));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Error::invalid(
            field,
            "There is a character in it that cannot be shown. Write it anew rather than paste it.",
        ));
    }
    Ok(text.to_owned())
}

fn is_website(site: &str) -> bool {
    site.chars().count() <= 256
        && Url::parse(site).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some_and(|host| !host.is_empty())
        })
}

fn is_email(email: &str) -> bool {
    !email.contains(char::is_whitespace)
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(change: impl FnOnce(&mut Profile)) -> Profile {
        let mut profile = Profile {
            about: "Coffee by the harbour".into(),
            ..Profile::default()
        };
        change(&mut profile);
        profile
    }

    #[test]
    fn what_whatsapp_would_not_take_is_told_beside_its_field() {
        let sites = |sites: &[&str]| {
            sites
                .iter()
                .map(|site| (*site).to_owned())
                .collect::<Vec<_>>()
        };
        for (field, asked) in [
            ("about", profile(|p| p.about = "  ".into())),
            ("about", profile(|p| p.about = "x".repeat(140))),
            ("address", profile(|p| p.address = "x".repeat(257))),
            ("description", profile(|p| p.description = "é".repeat(513))),
            ("description", profile(|p| p.description = "a\u{0}b".into())),
            ("email", profile(|p| p.email = "nobody".into())),
            (
                "email",
                profile(|p| p.email = format!("{}@x.example", "x".repeat(120))),
            ),
            ("vertical", profile(|p| p.vertical = "SPACE_TRAVEL".into())),
            (
                "website_1",
                profile(|p| p.websites = sites(&["harbour.example"])),
            ),
            (
                "website_1",
                profile(|p| p.websites = sites(&["javascript:alert(1)"])),
            ),
            (
                "website_2",
                profile(|p| {
                    p.websites = sites(&["https://harbour.example", "ftp://harbour.example"]);
                }),
            ),
            (
                "websites",
                profile(|p| {
                    p.websites = sites(&[
                        "https://a.example",
                        "https://b.example",
                        "https://c.example",
                    ]);
                }),
            ),
        ] {
            match checked(&asked) {
                Err(Error::Invalid { field: found, .. }) => assert_eq!(found, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_fits_is_trimmed_and_kept() {
        let asked = profile(|p| {
            p.about = "é".repeat(139);
            p.address = " Quay 3 ".into();
            p.description = "Two\nlines".into();
            p.websites = vec![String::new(), " https://harbour.example/menu ".into()];
            p.vertical = "RESTAURANT".into();
        });
        let kept = checked(&asked).unwrap();
        assert_eq!(
            (kept.address.as_str(), kept.description.as_str()),
            ("Quay 3", "Two\nlines")
        );
        assert_eq!(kept.websites, ["https://harbour.example/menu"]);
    }
}
