//! How a letter leaves: to a mail server over TLS, or into a folder where there is none.

use crate::{Error, Result};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
    time::Duration,
};

/// So long a mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where letters go.
pub enum Transport {
    /// To a mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Into a folder: one file each, as it would have been sent.
    Folder(PathBuf),
}

/// How a mail server is reached.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its host, which its certificate must name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte (`smtps`), or by `STARTTLS` before anything is said (`smtp`): never without.
    pub implicit: bool,
    /// Without TLS, for a server on this machine in development alone.
    pub plain: bool,
    /// User and password, where it asks for them.
    pub credentials: Option<(String, SecretString)>,
    /// More certificates to trust, in PEM.
    pub trusted: Option<Vec<u8>>,
}

/// Why a letter did not leave.
pub(super) enum Refusal {
    /// It may leave later.
    Later(String),
    /// It never will: the address is refused.
    Never(String),
}

impl Transport {
    /// To a mail server. [`Error::Invalid`] when the certificates cannot be read.
    pub fn smtp(smtp: &Smtp) -> Result<Self> {
        let unreadable = |_| {
            Error::invalid(
                "smtp_ca",
                "This is no certificate in PEM, or the host is no name.",
            )
        };
        let mut tls = TlsParameters::builder(smtp.host.clone());
        if let Some(pem) = &smtp.trusted {
            tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(unreadable)?);
        }
        let tls = tls.build_rustls().map_err(unreadable)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain("postern".to_owned()))
            .pool_config(PoolConfig::new().max_size(2))
            .tls(match (smtp.plain, smtp.implicit) {
                (true, _) => Tls::None,
                (false, true) => Tls::Wrapper(tls),
                (false, false) => Tls::Required(tls),
            });
        if let Some((user, password)) = &smtp.credentials {
            builder = builder.credentials(Credentials::new(
                user.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        Ok(Self::Smtp(builder.build()))
    }

    pub(super) async fn send(
        &self,
        from: &Mailbox,
        to: &str,
        subject: &str,
        text: String,
        html: String,
        id: &str,
    ) -> std::result::Result<(), Refusal> {
        let never = |error: String| Refusal::Never(error);
        let to: Address = to
            .parse()
            .map_err(|_| never("the address is none".into()))?;
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            // The same letter tried again is the same letter.
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(|error| never(error.to_string()))?;
        match self {
            Self::Smtp(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    // Its own words may quote the address.
                    let code = error.status().map(|code| code.to_string());
                    let final_word = code.as_deref().is_some_and(is_about_the_letter);
                    let why = refused(code);
                    Err(if final_word {
                        Refusal::Never(why)
                    } else {
                        Refusal::Later(why)
                    })
                }
            },
            Self::Folder(folder) => {
                let file = folder.join(format!("{id}.eml"));
                let bytes = message.formatted();
                let folder = folder.clone();
                tokio::task::spawn_blocking(move || {
                    // Codes and links are in there: for whoever runs the server alone.
                    std::fs::DirBuilder::new()
                        .recursive(true)
                        .mode(0o700)
                        .create(&folder)?;
                    let mut file = std::fs::OpenOptions::new()
                        .write(true)
                        .create(true)
                        .truncate(true)
                        .mode(0o600)
                        .open(&file)?;
                    file.write_all(&bytes)
                })
                .await
                .map_err(|error| Refusal::Later(error.to_string()))?
                .map_err(|error| Refusal::Later(error.to_string()))
            }
        }
    }
}

/// Whether a refusal holds for this letter whenever it is tried: the mailbox is not there, or the letter is not taken (RFC
/// 5321, 4.2.3: 55x). A wrong password of ours is no such thing.
fn is_about_the_letter(code: &str) -> bool {
    code.starts_with("55")
}

fn refused(code: Option<String>) -> String {
    match code {
        Some(code) => format!("the mail server answered {code}"),
        None => "the mail server was not reached, or did not answer as one".to_owned(),
    }
}
