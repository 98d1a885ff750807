//! Every fault of a configuration is found, all of them at once, and none of them repeats a secret.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path};

use postern_server::config::{Config, Environment, Faults, LogFormat};
use secrecy::ExposeSecret as _;

const KEY: &str = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER: &str = "k0:YWJjZGVmZ2hpamtsbW5vcGFiY2RlZmdoaWprbG1ub3A=";
const SHORT: &str = "k1:c2hvcnQ=";
const PEPPER: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

type Variables = BTreeMap<String, String>;

fn variables(data: &Path, pairs: &[(&str, &str)]) -> Variables {
    let mut variables: Variables = pairs
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    variables.insert(
        "POSTERN_DATA".into(),
        data.join("data").display().to_string(),
    );
    variables
}

/// Settings with which production starts.
fn production(data: &Path) -> Variables {
    variables(
        data,
        &[
            ("POSTERN_ENVIRONMENT", "production"),
            ("POSTERN_BASE_URL", "https://inbox.example"),
            ("POSTERN_APP_SECRET", "0123456789"),
            ("POSTERN_MASTER_KEYS", KEY),
            ("POSTERN_JWT_KEYS", KEY),
            ("POSTERN_PEPPER", PEPPER),
            ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
            ("POSTERN_S3_ENDPOINT", "https://store.example"),
            ("POSTERN_S3_BUCKET", "postern"),
            ("POSTERN_S3_KEY_ID", "key"),
            ("POSTERN_S3_SECRET", "hunter2"),
        ],
    )
}

fn load(variables: &Variables) -> Result<Config, Faults> {
    let next = std::cell::Cell::new(0);
    Config::load_from(variables, &|bytes| {
        bytes.fill_with(|| {
            next.set(next.get() + 1);
            next.get()
        });
    })
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_fault_is_found_by_itself() {
    let plain = "postgres://app:hunter2@db.example/postern";
    let rows: &[(&str, &str, &str)] = &[
        // What cannot be read, in any environment.
        ("POSTERN_ENVIRONMENT", "prod", "not understood"),
        ("POSTERN_LISTEN", "3000", "not understood"),
        ("POSTERN_BASE_URL", "inbox.example", "not understood"),
        (
            "POSTERN_BASE_URL",
            "https://user:hunter2@inbox.example",
            "not understood",
        ),
        ("POSTERN_PORTAL_URL", "portal.example", "not understood"),
        (
            "POSTERN_PORTAL_URL",
            "https://portal.example/?a=b",
            "not understood",
        ),
        ("POSTERN_GRAPH_URL", "ftp://graph.example", "not understood"),
        ("POSTERN_MASTER_KEYS", "hunter2", "key 1 is not `id:base64`"),
        (
            "POSTERN_MASTER_KEYS",
            SHORT,
            "has 5 bytes and needs exactly 32",
        ),
        (
            "POSTERN_MASTER_KEYS",
            &format!("{KEY},{KEY}"),
            "the id of key 2 is taken",
        ),
        (
            "POSTERN_JWT_KEYS",
            SHORT,
            "has 5 bytes and needs at least 32",
        ),
        ("POSTERN_JWT_KEYS", "k 1:AAAA", "key 1 is not `id:base64`"),
        ("POSTERN_PEPPER", "aHVudGVyMg==", "not understood"),
        (
            "POSTERN_CORS_ORIGINS",
            "https://a.example, b.example",
            "not understood",
        ),
        (
            "POSTERN_CORS_ORIGINS",
            "https://a.example/path",
            "not understood",
        ),
        ("POSTERN_TRUSTED_PROXIES", "10.0.0.0/40", "not understood"),
        ("POSTERN_WORKERS", "many", "not understood"),
        ("POSTERN_LOG", "info,=,", "not understood"),
        ("POSTERN_LOG_FORMAT", "xml", "not understood"),
        ("POSTERN_BODY_LIMIT", "4MB", "not understood"),
        ("POSTERN_BODY_LIMIT", "0", "not understood"),
        ("POSTERN_WEBHOOK_BATCH", "-1", "not understood"),
        ("POSTERN_PRIVATE_ENDPOINTS", "yes", "not understood"),
        ("POSTERN_JOBS_KEY", "whsec_c2hvcnQ=", "not understood"),
        ("POSTERN_POOL_SIZE", "0", "not understood"),
        ("POSTERN_WORKER_POOL_SIZE", "-1", "not understood"),
        ("POSTERN_PG_USER", "root", "not understood"),
        ("POSTERN_CONFIG", "/no/such/file.toml", "cannot be read"),
        ("POSTERN_ENVIROMENT", "production", "no such setting"),
        ("DATABASE_URL", "hunter2", "not a PostgreSQL address"),
        // What production refuses (CFG-1).
        ("POSTERN_MASTER_KEYS", "", "encryption key is missing"),
        ("POSTERN_JWT_KEYS", "", "key that signs tokens is missing"),
        ("POSTERN_PEPPER", " ", "pepper is missing"),
        ("POSTERN_APP_SECRET", "", "it is empty"),
        ("POSTERN_CORS_ORIGINS", "*", "wildcard"),
        ("POSTERN_BASE_URL", "http://inbox.example", "not https"),
        ("POSTERN_PORTAL_URL", "http://portal.example", "not https"),
        ("POSTERN_PRIVATE_ENDPOINTS", "true", "into this network"),
        (
            "POSTERN_GRAPH_URL",
            "http://graph.example/v24.0",
            "not https",
        ),
        (
            "POSTERN_S3_ENDPOINT",
            "ftp://store.example",
            "not understood",
        ),
        ("POSTERN_S3_ENDPOINT", "http://store.example", "not https"),
        ("POSTERN_S3_PATH_STYLE", "perhaps", "not understood"),
        ("POSTERN_GOOGLE_CLIENT_ID", "id", "without its secret"),
        (
            "POSTERN_GOOGLE_CLIENT_SECRET",
            "hunter2",
            "without the client id",
        ),
        (
            "POSTERN_MICROSOFT_CLIENT_SECRET_FILE",
            "/no/such/file",
            "not understood",
        ),
        (
            "POSTERN_MICROSOFT_ISSUER",
            "http://issuer.example",
            "not https",
        ),
        ("POSTERN_S3_BUCKET", "", "other settings of S3 are set"),
        ("POSTERN_S3_KEY_ID", "", "other settings of S3 are set"),
        ("POSTERN_S3_SECRET", "", "other settings of S3 are set"),
        ("POSTERN_TRUSTED_PROXIES", "", "it is empty"),
        ("POSTERN_TRUSTED_PROXIES", "0.0.0.0/0", "every address"),
        (
            "POSTERN_TRUSTED_PROXIES",
            "10.0.0.0/8, ::/0",
            "every address",
        ),
        ("DATABASE_URL", plain, "not encrypted"),
        (
            "DATABASE_URL",
            &format!("{plain}?sslmode=prefer"),
            "not encrypted",
        ),
        ("POSTERN_DATA", "/proc/data", "cannot be made"),
        // A public address without a word on what it is for.
        ("POSTERN_ENVIRONMENT", "", "it is not set"),
    ];
    for (name, value, part) in rows {
        let folder = folder();
        let mut variables = production(folder.path());
        variables.insert((*name).into(), (*value).into());
        let faults = load(&variables).expect_err(&format!("{name}={value}"));
        assert_eq!(faults.0.len(), 1, "{name}={value}: {faults}");
        assert!(
            faults.0[0].name == *name && faults.0[0].wrong.contains(part),
            "{name}={value}: {faults}"
        );
        assert!(
            !faults.to_string().contains("hunter2"),
            "a fault repeats no value: {faults}"
        );
    }
}

#[test]
fn each_limit_is_a_whole_number_and_none_is_nothing() {
    let rows = [
        ("POSTERN_LIMIT_SIGN_IN", "0"),
        ("POSTERN_LIMIT_RENEW", "often"),
        ("POSTERN_LIMIT_COOKIE", "0"),
        ("POSTERN_LIMIT_PAGE", "many"),
        ("POSTERN_LIMIT_WEBHOOK", "-1"),
        ("POSTERN_LIMIT_LIVE", "1/s"),
        ("POSTERN_LIMIT_CALL", "1e3"),
        ("POSTERN_LIMIT_SESSION", "0"),
        ("POSTERN_LIMIT_WORKSPACE", "10000001"),
        ("POSTERN_CONNECTIONS", "0"),
        ("POSTERN_CONNECTIONS_PER_ADDRESS", "x"),
        ("POSTERN_REQUESTS", "0"),
        ("POSTERN_SOCKETS_PER_SESSION", "0"),
        ("POSTERN_REQUEST_SECONDS", "0"),
        ("POSTERN_BODY_SECONDS", "10s"),
    ];
    for (name, value) in rows {
        let folder = folder();
        let mut variables = production(folder.path());
        variables.insert(name.into(), value.into());
        let faults = load(&variables).expect_err(name);
        assert_eq!(faults.0.len(), 1, "{name}: {faults}");
        assert_eq!(faults.0[0].name, name);
    }
}

#[test]
fn a_provider_is_reached_over_https_and_its_secret_may_stand_in_a_file() {
    let folder = folder();
    let file = folder.path().join("secret");
    fs::write(&file, "hunter2\n").expect("written");
    let mut variables = production(folder.path());
    variables.insert("POSTERN_GOOGLE_CLIENT_ID".into(), "id".into());
    variables.insert(
        "POSTERN_GOOGLE_CLIENT_SECRET_FILE".into(),
        file.display().to_string(),
    );
    let config = load(&variables).unwrap_or_else(|faults| panic!("{faults}"));
    let google = &config.providers[0];
    assert_eq!(google.issuer.as_str(), "https://accounts.google.com/");
    assert_eq!(google.client_secret.expose_secret(), "hunter2");

    // Another issuer is for tests, on one's own machine.
    variables.insert(
        "POSTERN_GOOGLE_ISSUER".into(),
        "http://localhost:4100".into(),
    );
    let faults = load(&variables).expect_err("not in production");
    assert!(
        faults.0[0].name == "POSTERN_GOOGLE_ISSUER" && faults.0[0].wrong.contains("not https"),
        "{faults}"
    );
    variables.remove("POSTERN_GOOGLE_ISSUER");
    variables.insert("POSTERN_GOOGLE_CLIENT_SECRET".into(), "hunter2".into());
    let faults = load(&variables).expect_err("it stands in two places");
    assert!(
        faults.0[0].wrong.contains("set as well") && !faults.to_string().contains("hunter2"),
        "{faults}"
    );
}

#[test]
fn production_starts_when_nothing_is_wrong() {
    for url in [
        "postgres://app:x@db.example/postern?sslmode=require",
        "postgres://app:x@db.example/postern?sslmode=verify-ca",
        "postgres://app:x@db.example/postern?sslmode=verify-full",
        "postgres://app:x@localhost/postern?host=/run/postgresql",
        "",
    ] {
        let folder = folder();
        let mut variables = production(folder.path());
        variables.insert("DATABASE_URL".into(), url.into());
        let config = load(&variables).unwrap_or_else(|faults| panic!("{url}: {faults}"));
        assert_eq!(config.environment, Environment::Production);
        assert_eq!(config.log_format, LogFormat::Json);
        assert_eq!(config.check(), []);
        assert!(
            !folder.path().join("data/keys.toml").exists(),
            "production makes no keys"
        );
    }
}

#[test]
fn the_owners_link_alone_is_refused() {
    let folder = folder();
    let mut variables = production(folder.path());
    variables.insert(
        "DATABASE_OWNER_URL".into(),
        "postgres://owner:x@db.example/postern?sslmode=verify-full".into(),
    );
    let faults = load(&variables).expect_err("half a pair");
    assert_eq!(faults.0.len(), 1, "{faults}");
    assert_eq!(faults.0[0].name, "DATABASE_URL");
}

#[test]
fn all_faults_come_at_once_as_a_numbered_list() {
    let folder = folder();
    let faults = load(&variables(
        folder.path(),
        &[
            ("POSTERN_ENVIRONMENT", "production"),
            ("POSTERN_LISTEN", "nowhere"),
            ("POSTERN_JWT_KEYS", SHORT),
            ("POSTERN_CORS_ORIGINS", "*"),
            ("POSTERN_BASE_URL", "http://inbox.example"),
            ("DATABASE_URL", "postgres://app:x@db.example/postern"),
            (
                "DATABASE_OWNER_URL",
                "postgres://owner:x@db.example/postern",
            ),
            ("POSTERN_MASTER_KEY", KEY),
        ],
    ))
    .expect_err("nothing here is right");
    insta::assert_snapshot!(faults, @r"
    Postern does not start: 11 faults in its configuration.
      1. POSTERN_MASTER_KEY: Postern has no such setting. Correct its name or unset it.
      2. POSTERN_LISTEN: its value is not understood. Write an address and a port, such as 127.0.0.1:3000.
      3. POSTERN_JWT_KEYS: key 1 has 5 bytes and needs at least 32 bytes. Write `id:base64`, several separated by commas. Make one with `openssl rand -base64 32`.
      4. DATABASE_URL: the link to the database is not encrypted. Add sslmode=verify-full (or verify-ca, or require), or use a Unix socket.
      5. DATABASE_OWNER_URL: the link to the database is not encrypted. Add sslmode=verify-full (or verify-ca, or require), or use a Unix socket.
      6. POSTERN_MASTER_KEYS: the encryption key is missing. Make one with `openssl rand -base64 32` and keep it outside the database.
      7. POSTERN_PEPPER: the pepper is missing. Make one with `openssl rand -base64 32` and keep it outside the database.
      8. POSTERN_APP_SECRET: it is empty, so no webhook could be verified. Copy the app secret from Meta's app dashboard (App settings, Basic).
      9. POSTERN_CORS_ORIGINS: it is a wildcard. List the origins, or leave it empty.
     10. POSTERN_BASE_URL: it is not https. Write the https:// address that people use.
     11. POSTERN_TRUSTED_PROXIES: it is empty, so everybody would come from the proxy's address and share its limits. List the addresses of the proxy that ends TLS, such as 127.0.0.1.
    ");
    assert!(
        !folder.path().join("data").exists(),
        "a refused start leaves nothing behind"
    );
}

#[test]
fn an_environment_that_cannot_be_read_is_held_to_the_rules_of_production_at_once() {
    let folder = folder();
    load(&variables(folder.path(), &[])).expect("development starts");
    let unread = variables(folder.path(), &[("POSTERN_ENVIRONMENT", "prod")]);
    let faults = load(&unread).expect_err("it is neither");
    let names: Vec<_> = faults.0.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "POSTERN_ENVIRONMENT",
            "POSTERN_MASTER_KEYS",
            "POSTERN_JWT_KEYS",
            "POSTERN_PEPPER",
            "POSTERN_APP_SECRET",
            "POSTERN_BASE_URL",
            "POSTERN_TRUSTED_PROXIES"
        ],
        "and which environment the data folder must be of is not said"
    );
}

#[test]
fn the_program_prints_every_fault_that_a_check_finds_and_fails() {
    let folder = folder();
    let check = |variables: &Variables| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_postern"))
            .arg("check")
            .env_clear()
            .envs(variables)
            .current_dir(folder.path())
            .output()
            .expect("it runs");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            program.status.success(),
            said(&program.stdout),
            said(&program.stderr),
        )
    };
    let mut variables = production(folder.path());
    variables.insert("POSTERN_JWT_KEYS".into(), SHORT.into());
    variables.insert("POSTERN_CORS_ORIGINS".into(), "*".into());
    variables.insert("POSTERN_DATA".into(), "/proc/data".into());
    variables.insert("POSTERN_SITE".into(), "/no/such/site".into());
    variables.insert(
        "DATABASE_URL".into(),
        "postgres://app:hunter2@db.example/postern".into(),
    );
    let (success, out, err) = check(&variables);
    assert!(!success && out.is_empty(), "{out}");
    for part in [
        "5 faults",
        "POSTERN_JWT_KEYS: ",
        "POSTERN_CORS_ORIGINS: ",
        "POSTERN_DATA: the folder /proc/data cannot be made",
        "POSTERN_SITE: /no/such/site/site.json cannot be read",
        "DATABASE_URL: ",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
    assert!(!err.contains("hunter2"), "{err}");

    let mut variables = production(folder.path());
    fs::write(folder.path().join("site.json"), "{}").expect("writes");
    variables.insert("POSTERN_SITE".into(), folder.path().display().to_string());
    let (success, out, err) = check(&variables);
    assert!(success, "{err}");
    assert_eq!(out, "The configuration is in order.\n");
}

#[test]
fn staging_is_held_to_the_rules_of_production_and_makes_no_keys() {
    let folder = folder();
    let faults = load(&variables(
        folder.path(),
        &[("POSTERN_ENVIRONMENT", "staging")],
    ))
    .expect_err("nothing is set");
    let names: Vec<_> = faults.0.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "POSTERN_MASTER_KEYS",
            "POSTERN_JWT_KEYS",
            "POSTERN_PEPPER",
            "POSTERN_APP_SECRET",
            "POSTERN_BASE_URL",
            "POSTERN_TRUSTED_PROXIES"
        ]
    );
    assert!(!folder.path().join("data/keys.toml").exists());
}

#[test]
fn development_needs_nothing_and_keeps_the_keys_it_makes() {
    let folder = folder();
    let first = load(&variables(folder.path(), &[])).expect("starts");
    let file = folder.path().join("data/keys.toml");
    assert_eq!(
        fs::metadata(&file).expect("kept").permissions().mode() & 0o777,
        0o600
    );
    let second = Config::load_from(&variables(folder.path(), &[]), &|_| {
        panic!("keys are made once")
    })
    .expect("starts");
    for (a, b) in [
        (&first.master_keys, &second.master_keys),
        (&first.jwt_keys, &second.jwt_keys),
    ] {
        assert_eq!((a.len(), b.len(), &a[0].id), (1, 1, &b[0].id));
        assert_eq!(a[0].bytes.expose_secret(), b[0].bytes.expose_secret());
        assert_eq!(a[0].bytes.expose_secret().len(), 32);
    }
    assert_eq!(first.pepper.expose_secret(), second.pepper.expose_secret());
    assert_ne!(
        first.master_keys[0].bytes.expose_secret(),
        first.jwt_keys[0].bytes.expose_secret()
    );

    let given = load(&variables(folder.path(), &[("POSTERN_JWT_KEYS", KEY)])).expect("starts");
    assert_eq!(
        given.jwt_keys[0].id, "k1",
        "a key that is given goes before the one that is kept"
    );

    fs::write(&file, "master_key = \"half").expect("damages it");
    let faults = load(&variables(folder.path(), &[])).expect_err("a damaged file is not replaced");
    assert_eq!(faults.0.len(), 1);
    assert!(faults.0[0].name.ends_with("keys.toml"), "{faults}");
}

#[test]
fn a_data_folder_serves_one_environment_for_ever() {
    let made_in = folder();
    load(&variables(made_in.path(), &[])).expect("development starts");
    let refused = |variables: &Variables| {
        load(variables)
            .expect_err("another environment")
            .to_string()
    };
    let said = refused(&production(made_in.path()));
    assert!(
        said.contains("was made in development, and this is production"),
        "{said}"
    );
    fs::remove_file(made_in.path().join("data/environment")).expect("loses the marker");
    assert!(refused(&production(made_in.path())).contains("was made in development"));

    let made_in = folder();
    load(&production(made_in.path())).expect("production starts");
    let said = refused(&variables(made_in.path(), &[]));
    assert!(
        said.contains("was made in production, and this is development"),
        "{said}"
    );
    let mut staging = production(made_in.path());
    staging.insert("POSTERN_ENVIRONMENT".into(), "staging".into());
    assert!(refused(&staging).contains("was made in production, and this is staging"));
}

#[test]
fn the_file_is_read_below_the_environment_and_its_faults_name_it() {
    let folder = folder();
    let file = folder.path().join("postern.toml");
    fs::write(
        &file,
        "listen = \"127.0.0.1:4000\"\nworkers = 3\nlog = \"warn\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nverify_token = 42\n",
    )
    .expect("writes");
    let named = file.display().to_string();
    let mut variables = variables(
        folder.path(),
        &[("POSTERN_LOG", "debug"), ("POSTERN_CONFIG", &named)],
    );
    let config = load(&variables).expect("starts");
    assert_eq!(
        (config.listen.port(), config.workers, config.log.as_str()),
        (4000, 3, "debug")
    );
    assert_eq!(
        config
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["10.0.0.0/8", "::1/128"]
    );
    assert_eq!(config.verify_token.expect("set").expose_secret(), "42");

    // The same file in the data folder, without being named.
    variables.remove("POSTERN_CONFIG");
    fs::rename(&file, folder.path().join("data/postern.toml")).expect("moves");
    assert_eq!(load(&variables).expect("starts").listen.port(), 4000);

    fs::write(
        folder.path().join("data/postern.toml"),
        "lisen = 1\nlog_format = \"xml\"\npool_size = { a = 1 }\n",
    )
    .expect("writes");
    let said = load(&variables).expect_err("three faults").to_string();
    for part in [
        "3 faults",
        "lisen in ",
        "POSTERN_LOG_FORMAT (log_format in ",
        "POSTERN_POOL_SIZE (pool_size in ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    fs::write(
        folder.path().join("data/postern.toml"),
        "log = \"info\"\napp_secret = hunter2\n",
    )
    .expect("writes");
    let said = load(&variables).expect_err("no TOML").to_string();
    assert!(
        said.contains("line 2 is not TOML") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn a_secret_of_digits_stays_what_was_written_and_none_is_printed() {
    let folder = folder();
    let config = load(&variables(
        folder.path(),
        &[
            ("POSTERN_APP_SECRET", "00123e4567"),
            ("POSTERN_VERIFY_TOKEN", "[true]"),
            ("POSTERN_MASTER_KEYS", &format!("{KEY}, {OTHER}")),
            ("DATABASE_URL", "postgres://app:hunter2@localhost/postern"),
        ],
    ))
    .expect("starts");
    assert_eq!(
        config.app_secret.as_ref().expect("set").expose_secret(),
        "00123e4567"
    );
    assert_eq!(
        config.verify_token.as_ref().expect("set").expose_secret(),
        "[true]"
    );
    let ids: Vec<_> = config
        .master_keys
        .iter()
        .map(|key| key.id.as_str())
        .collect();
    assert_eq!(ids, ["k1", "k0"], "the first one is current");
    let printed = format!("{config:?}");
    for secret in ["00123e4567", "[true]", "hunter2", "MDEyMzQ1", "48, 49, 50"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
