//! A store of files that speaks S3: all of its settings, or none.

use super::read::Reader;
use postern_domain::file::S3;
use secrecy::SecretString;

/// What the others are worth nothing without.
const NEEDED: [&str; 3] = ["s3_bucket", "s3_key_id", "s3_secret"];
const MORE: [&str; 3] = ["s3_endpoint", "s3_region", "s3_path_style"];

pub(super) fn read(reader: &mut Reader) -> Option<S3> {
    let any = NEEDED
        .iter()
        .chain(&MORE)
        .any(|setting| reader.text(setting).is_some());
    if !any {
        return None;
    }
    for setting in NEEDED {
        if reader.text(setting).is_none() {
            let remedy = "Set the bucket and its key, or none of the settings of S3";
            reader.fault(
                setting,
                "it is missing, and other settings of S3 are set",
                remedy,
            );
        }
    }
    let endpoint = reader.address("s3_endpoint");
    let path_style = reader
        .parse("s3_path_style", "Write true or false", |text| {
            text.parse().ok()
        })
        .unwrap_or(endpoint.is_some());
    Some(S3 {
        endpoint,
        bucket: reader.text("s3_bucket")?,
        region: reader
            .text("s3_region")
            .unwrap_or_else(|| "us-east-1".to_owned()),
        key_id: SecretString::from(reader.text("s3_key_id")?),
        secret: SecretString::from(reader.text("s3_secret")?),
        path_style,
    })
}
