//! Reads connection strings as sqlx will read them, and writes those of the roles that were made.

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::str::FromStr;
use url::Url;

use super::Error;

/// How a connection string reaches its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A Unix socket: nothing leaves the machine.
    Socket,
    /// TCP, refused unless encrypted.
    Encrypted,
    /// TCP, plain or falling back to plain.
    Plain,
}

/// Tells how a connection string reaches its server, by the parser that will open it (`PGSSLMODE` included).
pub fn link(database_url: &SecretString) -> Result<Link, Error> {
    let (_, options) = parse(database_url)?;
    Ok(if socket(&options).is_some() {
        Link::Socket
    } else {
        match options.get_ssl_mode() {
            PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Link::Encrypted,
            _ => Link::Plain,
        }
    })
}

pub(super) fn parse(database_url: &SecretString) -> Result<(Url, PgConnectOptions), Error> {
    let text = database_url.expose_secret();
    let url = Url::parse(text).map_err(|e| Error::Url(e.to_string()))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(Error::Url("it does not begin with postgres://".into()));
    }
    let options = PgConnectOptions::from_str(text).map_err(|e| Error::Url(e.to_string()))?;
    Ok((url, options))
}

/// The administrator's own connection string with another user, password and database.
pub(super) fn url_for(
    admin: &Url,
    options: &PgConnectOptions,
    user: &str,
    password: Option<&SecretString>,
    database: &str,
) -> SecretString {
    let password = password.map_or(String::new(), |p| {
        format!(":{}", encoded(p.expose_secret()))
    });
    let socket = socket(options);
    let host = if socket.is_some() {
        "localhost"
    } else {
        options.get_host()
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    // Said already, or about to be said otherwise.
    let replaced = ["user", "password", "dbname", "port", "host"];
    query.extend_pairs(admin.query_pairs().filter(|(key, _)| {
        !replaced.contains(&key.as_ref()) && (socket.is_none() || key != "hostaddr")
    }));
    if let Some(folder) = socket {
        query.append_pair("host", &folder);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!(
        "postgres://{}{password}@{host}:{}/{}{mark}{query}",
        encoded(user),
        options.get_port(),
        encoded(database)
    )
    .into()
}

fn socket(options: &PgConnectOptions) -> Option<String> {
    match options.get_socket() {
        Some(folder) => Some(folder.to_string_lossy().into_owned()),
        None => Some(options.get_host())
            .filter(|host| host.starts_with('/'))
            .map(str::to_owned),
    }
}

/// Percent-encodes everything but letters and digits, which is right in every part of a URL.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_encrypted_only_when_it_cannot_fall_back() {
        for (url, expected) in [
            ("postgres://a:b@db.example/postern", Link::Plain),
            (
                "postgres://a:b@db.example/postern?sslmode=prefer",
                Link::Plain,
            ),
            (
                "postgres://a:b@db.example/postern?sslmode=disable",
                Link::Plain,
            ),
            (
                "postgres://a:b@db.example/postern?sslmode=require&sslmode=disable",
                Link::Plain,
            ),
            (
                "postgres://a:b@db.example/postern?sslmode=require",
                Link::Encrypted,
            ),
            (
                "postgres://a:b@db.example/postern?sslmode=verify-ca",
                Link::Encrypted,
            ),
            (
                "postgresql://a:b@db.example/postern?ssl-mode=verify-full",
                Link::Encrypted,
            ),
            (
                "postgres://a:b@localhost/postern?host=/run/postgresql",
                Link::Socket,
            ),
            ("postgres://a:b@%2Frun%2Fpostgresql/postern", Link::Socket),
        ] {
            assert_eq!(link(&url.into()).expect(url), expected, "{url}");
        }
        for url in [
            "",
            "db.example",
            "mysql://a@b/c",
            "postgres://a@b/c?sslmode=maybe",
        ] {
            assert!(matches!(link(&url.into()), Err(Error::Url(_))), "{url}");
        }
    }

    #[test]
    fn a_role_url_reads_back_as_it_was_meant() {
        let admin =
            "postgres://root:secret@localhost:5433/postgres?host=/tmp/with space&sslmode=disable"
                .into();
        let (url, options) = parse(&admin).expect("admin url");
        let made = url_for(
            &url,
            &options,
            "o'w@ner",
            Some(&"p%41/?#&\"ä".into()),
            "da/ta%base",
        );
        assert!(!made.expose_secret().contains("secret"));
        let (read, options) = parse(&made).expect("made url");
        assert_eq!(options.get_username(), "o'w@ner");
        assert_eq!(options.get_database(), Some("da/ta%base"));
        assert_eq!(options.get_port(), 5433);
        assert_eq!(
            options
                .get_socket()
                .map(|s| s.to_string_lossy().into_owned()),
            Some("/tmp/with space".into())
        );
        assert_eq!(read.password(), Some("p%2541%2F%3F%23%26%22%C3%A4"));
    }
}
