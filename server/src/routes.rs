//! The router: every path, and what a request passes on its way.

use crate::{
    api, auth, caller, csrf, files, headers, limit, live, portal, reports, rounds, sources,
    state::{AppState, Site},
    webhooks,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, ResponseOptions, generate_route_list};
use postern_app::{App, error::ApiError, root::AppProps, shell, ui::icon::Package};
use postern_domain::Env;
use std::sync::Arc;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, services::ServeDir,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

/// Everything that is served.
pub fn router(state: AppState) -> Router {
    let pages = generate_route_list(|| {
        App(AppProps {
            package: Package(String::new()),
        })
    });
    let guard = caller::Guard::new(
        state.env.clone(),
        pages.iter().map(|page| page.path().to_owned()),
    );
    let guarded = Router::new()
        .merge(auth::routes())
        .merge(shells(&state, pages))
        .layer(from_fn_with_state(state.clone(), limit::calls::layer))
        .layer(from_fn_with_state(guard.clone(), caller::layer))
        .layer(from_fn_with_state(state.clone(), csrf::layer))
        .layer(DefaultBodyLimit::max(256 * 1024));
    // A large file takes as long as it comes: it has a pace to keep instead of a time.
    let uploads = files::uploads()
        .layer(from_fn_with_state(state.clone(), limit::uploads::layer))
        .layer(from_fn_with_state(guard, caller::layer))
        .layer(from_fn_with_state(state.clone(), csrf::layer));
    // What a client sees. Its credentials are cookies of its own, and each POST carries a token of its page besides.
    let clients = portal::routes().layer(from_fn_with_state(state.clone(), csrf::layer));
    let brought = portal::uploads().layer(from_fn_with_state(state.clone(), csrf::layer));
    Router::new()
        .merge(guarded)
        .merge(clients)
        // Their credentials are a signature and a ticket; neither rides on a cookie.
        .merge(webhooks::routes().layer(DefaultBodyLimit::max(state.site.body_limit)))
        .merge(sources::routes())
        // Machines come by a key of theirs, and cookies are nothing to them.
        .merge(api::routes(&state))
        // A socket's patience ends with its opening.
        .merge(live::routes())
        // A link is its own credential.
        .merge(files::routes())
        .merge(reports::routes())
        .merge(package(&state))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            // What is slow belongs into a job.
            state.limits.patience(),
        ))
        // Called by machines that sign; it takes as long as it works.
        .merge(rounds::routes())
        .merge(uploads)
        .merge(brought)
        .fallback(missing)
        .layer(from_fn_with_state(state.clone(), portal::host::layer))
        .layer(from_fn_with_state(state.clone(), limit::layer))
        .layer(CatchPanicLayer::custom(broke))
        .layer(from_fn_with_state(
            (state.env.clone(), Arc::clone(&state.site)),
            headers::layer,
        ))
        .with_state(state)
}

/// Pages are shells without data; the functions they call stand under `/api` and want a token.
fn shells(state: &AppState, pages: Vec<AxumRouteListing>) -> Router<AppState> {
    let options = state.leptos.clone();
    let context = {
        let (env, site) = (state.env.clone(), Arc::clone(&state.site));
        move || in_context(&env, &site)
    };
    Router::new().leptos_routes_with_context(state, pages, context, move || shell(options.clone()))
}

fn in_context(env: &Env, site: &Site) {
    provide_context(env.clone());
    if let (Some(nonce), Some(response)) =
        (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce.to_string(), site))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The built client. Its folder is named by a hash of what is in it, so that it never changes under its name.
fn package(state: &AppState) -> Router<AppState> {
    let folder = &state.site.folder;
    // What is not there may be there later: after an update, under the same name.
    let forever = |answer: &Response| {
        let there = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
        there.then(|| HeaderValue::from_static("public, max-age=31536000, immutable"))
    };
    let pkg = ServeDir::new(folder.join("pkg"))
        .precompressed_br()
        .precompressed_gzip();
    let root = Router::new()
        .nest_service("/pkg", pkg)
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            forever,
        ))
        .layer(CompressionLayer::new().br(true).gzip(true));
    root.route_service(
        "/favicon.svg",
        tower_http::services::ServeFile::new(folder.join("favicon.svg")),
    )
}

/// A page that says so for whoever looks, the error's words for a program.
async fn missing(State(state): State<AppState>, request: Request) -> Response {
    if !limit::wants_page(request.method(), request.headers()) {
        return ApiError::NotFound.into_response();
    }
    let (env, site, options) = (state.env, state.site, state.leptos);
    let render = leptos_axum::render_app_to_stream_with_context(
        move || in_context(&env, &site),
        move || shell(options.clone()),
    );
    let mut page = render(request).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

fn broke(_: Box<dyn std::any::Any + Send>) -> Response {
    // The panic hook has logged where; nobody outside is told.
    ApiError::Internal {
        request: String::new(),
    }
    .into_response()
}
