//! Nothing answers without a token, unless it is on the list.

use crate::house::{House, ORIGIN};
use axum::http::StatusCode;
use postern_types::WorkspaceId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn only_listed_routes_answer_without_a_token(_: PgPoolOptions, options: PgConnectOptions) {
    let house = House::new(options);
    for path in ["/", "/inbox/7"] {
        assert_eq!(house.get(path, &[]).await.body, "a shell", "{path}");
    }
    // A page is read, never written; another prefix is no way round; what is not there is not told apart.
    for path in ["/api/probe", "/elsewhere/probe", "/inbox/7", "/api/nothing"] {
        let answer = house.post(path, &[("origin", ORIGIN)], "{}").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.body, r#"{"code":"unauthorized"}"#);
    }
    for path in ["/elsewhere/probe", "/nothing", "/api/nothing"] {
        assert_eq!(
            house.get(path, &[]).await.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
}

#[sqlx::test(migrator = "postern_domain::db::MIGRATOR")]
async fn the_token_says_who_calls_and_the_header_which_workspace(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::new(options);
    let inside = house.set_up().await.json();
    let bearer = format!("Bearer {}", inside["token"].as_str().unwrap());
    let plain = house
        .post("/api/probe", &[("authorization", &bearer)], "{}")
        .await;
    assert_eq!(plain.status, StatusCode::OK);
    assert!(plain.json()["workspace"].is_null());

    let workspace: WorkspaceId = house.env.id();
    let chosen = workspace.to_string();
    let answer = house
        .post(
            "/api/probe",
            &[("authorization", &bearer), ("x-workspace-id", &chosen)],
            "{}",
        )
        .await;
    assert_eq!(
        answer.json()["workspace"],
        chosen,
        "chosen, not yet entered"
    );
    let answer = house
        .post(
            "/api/probe",
            &[("authorization", &bearer), ("x-workspace-id", "' OR 1=1")],
            "{}",
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);

    for wrong in [
        "Bearer x",
        "bearer",
        &bearer[..bearer.len() - 1],
        &format!("Basic {}", &bearer[7..]),
    ] {
        let answer = house
            .post(
                "/api/probe",
                &[("authorization", wrong), ("origin", ORIGIN)],
                "{}",
            )
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    // The cookie opens nothing but the door of renewal.
    let jar = house
        .post(
            "/auth/sign-in",
            &[],
            r#"{"email":"ines@example.test","password":"a quiet harbour 7"}"#,
        )
        .await;
    let answer = house
        .post(
            "/api/probe",
            &[("cookie", &jar.jar()), ("origin", ORIGIN)],
            "{}",
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
