//! Who else vouches for people: each with all of its settings, or none.

use super::read::Reader;
use postern_domain::oidc::{Settings, is_here};
use postern_types::Provider;
use secrecy::SecretString;
use url::Url;

pub(super) fn read(reader: &mut Reader) -> Vec<Settings> {
    Provider::ALL
        .into_iter()
        .filter_map(|provider| one(reader, provider))
        .collect()
}

fn usual(provider: Provider) -> &'static str {
    match provider {
        Provider::Google => "https://accounts.google.com",
        Provider::Microsoft => "https://login.microsoftonline.com/common/v2.0",
    }
}

fn one(reader: &mut Reader, provider: Provider) -> Option<Settings> {
    let of = |what: &str| format!("{}_{what}", provider.as_str());
    let (id, secret, file) = (
        of("client_id"),
        of("client_secret"),
        of("client_secret_file"),
    );
    let from_file = reader.parse(
        &file,
        "Name a file that holds the secret and can be read",
        |path| {
            let text = std::fs::read_to_string(path).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        },
    );
    let given = reader.text(&secret);
    if given.is_some() && reader.text(&file).is_some() {
        let remedy = "Set the secret or the file that holds it";
        reader.fault(&secret, "its file is set as well", remedy);
    }
    let issuer = issuer(reader, &of("issuer"));
    let client_id = reader.text(&id);
    let named = reader.text(&file).is_some();
    let remedy = "Set the client id and its secret, or neither";
    match (&client_id, given.is_some() || named) {
        (Some(_), false) => reader.fault(&id, "it is set without its secret", remedy),
        (None, true) if given.is_some() => {
            reader.fault(&secret, "it is set without the client id", remedy);
        }
        (None, true) if from_file.is_some() => {
            reader.fault(&file, "it is set without the client id", remedy);
        }
        _ => {}
    }
    Some(Settings {
        provider,
        client_id: client_id?,
        client_secret: SecretString::from(given.or(from_file)?),
        issuer: issuer.or_else(|| Url::parse(usual(provider)).ok())?,
    })
}

/// Over https, or on this machine.
fn issuer(reader: &mut Reader, setting: &str) -> Option<Url> {
    let url = reader.address(setting)?;
    if url.scheme() == "https" || is_here(&url) {
        return Some(url);
    }
    let remedy = "Write its https:// address, or leave it out";
    reader.fault(setting, "it is not https", remedy);
    None
}
