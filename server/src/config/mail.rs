//! The mail server: how it is reached, whom letters are from.

use super::read::Reader;
use postern_domain::mail::{Mailbox, Smtp};
use secrecy::SecretString;
use url::Url;

const REMEDY: &str =
    "Write smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS";

pub(super) fn read(reader: &mut Reader) -> Option<Smtp> {
    let trusted = reader.parse(
        "smtp_ca",
        "Name a file of certificates in PEM that can be read",
        |file| std::fs::read(file).ok(),
    );
    let mut smtp = reader.parse("smtp_url", REMEDY, parse)?;
    smtp.trusted = trusted;
    Some(smtp)
}

pub(super) fn from(reader: &mut Reader, host: &str) -> Mailbox {
    reader
        .parse(
            "mail_from",
            "Write an address, such as Postern <postern@example.com>",
            |text| text.parse().ok(),
        )
        .or_else(|| format!("Postern <postern@{host}>").parse().ok())
        .unwrap_or_else(|| {
            "Postern <postern@localhost.localdomain>"
                .parse()
                .expect("this address is one")
        })
}

fn parse(text: &str) -> Option<Smtp> {
    let url = Url::parse(text).ok()?;
    // `smtp+plain` is for a catcher of letters on a developer's own machine.
    let (implicit, plain, usual) = match url.scheme() {
        "smtps" => (true, false, 465),
        "smtp" => (false, false, 587),
        "smtp+plain" => (false, true, 25),
        _ => return None,
    };
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .ok()
            .map(std::borrow::Cow::into_owned)
    };
    let user = decoded(url.username())?;
    let credentials = match url.password() {
        Some(password) if !user.is_empty() => Some((user, SecretString::from(decoded(password)?))),
        None if user.is_empty() => None,
        _ => return None,
    };
    let bare = url.path().trim_matches('/').is_empty() && url.query().is_none();
    bare.then_some(())?;
    Some(Smtp {
        host: url.host_str().filter(|host| !host.is_empty())?.to_owned(),
        port: url.port().unwrap_or(usual),
        implicit,
        plain,
        credentials,
        trusted: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_reached_over_tls_or_is_named_plain() {
        for (text, expected) in [
            (
                "smtps://ana:p%40ss@mail.example.com",
                Some(("mail.example.com", 465, true, false, true)),
            ),
            (
                "smtp://mail.example.com:2525",
                Some(("mail.example.com", 2525, false, false, false)),
            ),
            (
                "smtp+plain://localhost:1025",
                Some(("localhost", 1025, false, true, false)),
            ),
            ("smtps://ana@mail.example.com", None),
            ("smtps://", None),
            ("smtps://mail.example.com/inbox", None),
            ("smtp://mail.example.com?tls=none", None),
            ("https://mail.example.com", None),
            ("mail.example.com", None),
        ] {
            let found = parse(text);
            let told = found.as_ref().map(|smtp| {
                let known = smtp.credentials.is_some();
                (
                    smtp.host.as_str(),
                    smtp.port,
                    smtp.implicit,
                    smtp.plain,
                    known,
                )
            });
            assert_eq!(told, expected, "{text}");
        }
    }
}
