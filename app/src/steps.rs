//! The first steps of a workspace, for its admins: what is done, and what comes next.

use crate::{
    boxed::{Show, effect, memo, on},
    error::ApiError,
    session::{Api, ApiClient},
    ui::{
        first_steps::use_first_steps,
        icon::Icon,
        later::{Later, Part},
        toast::use_toasts,
    },
    words::{fault, steps as words},
};
use leptos::prelude::*;
use postern_types::Steps;
use wasm_split_helpers::wasm_split;

/// The card; its code is fetched where it is shown.
pub fn card() -> AnyView {
    view! { <Later fetch=fetch part=first_steps/> }.into_any()
}

#[wasm_split(workspace, preload(fetch), fallible)]
fn first_steps() -> Part {
    Ok(view! { <Card/> }.into_any())
}

#[component]
fn Card() -> impl IntoView {
    let (hidden, toasts) = (use_first_steps().hidden, use_toasts());
    let known = RwSignal::new(None::<Steps>);
    let take = move |steps: Steps| {
        // What is done as a whole need not be brought back.
        let left = lines(steps).iter().any(|line| !line.done);
        hidden.try_set(Some(steps.hidden && left));
        known.try_set(Some(steps));
    };
    effect(move || {
        leptos::task::spawn_local(async move {
            // What cannot be read is not asked for: the page has other things to say.
            if let Ok(steps) = read_steps().await {
                take(steps);
            }
        });
    });
    let put_away = move |_| {
        leptos::task::spawn_local(async move {
            match hide_steps().await {
                Ok(steps) => {
                    take(steps);
                    toasts.say(words::PUT_AWAY);
                }
                Err(error) => toasts.fault(fault::doing(words::NOT_PUT_AWAY, &error)),
            }
        });
    };
    let lines = memo(move || known.get().map(lines));
    let left = memo(move || {
        lines.with(|lines| {
            let lines = lines.as_ref()?;
            let done = lines.iter().filter(|line| line.done).count();
            (done < lines.len()).then_some((done, lines.len()))
        })
    });
    let shown = move || left.get().is_some() && hidden.get() == Some(false);
    view! {
        <Show when=shown>
            <section class="card steps" aria-labelledby="steps-head">
                <header class="account-head">
                    <h2 id="steps-head">{words::TITLE}</h2>
                    <span class="quiet-text">{move || left.get().map(|(done, all)| words::done_of(done, all))}</span>
                </header>
                <ol>{move || lines.get().into_iter().flatten().map(Line::view).collect_view()}</ol>
                <button type="button" class="button small" on:click=on::click(put_away)>{words::PUT_AWAY_DO}</button>
            </section>
        </Show>
    }
    .into_any()
}

/// A step, as it stands.
#[derive(Clone, PartialEq)]
struct Line {
    done: bool,
    title: &'static str,
    hint: &'static str,
    place: &'static str,
}

impl Line {
    fn view(self) -> impl IntoView {
        let Self {
            done,
            title,
            hint,
            place,
        } = self;
        let name = if done {
            view! { <strong>{title}</strong><span class="only-heard">{words::DONE}</span> }
                .into_any()
        } else {
            view! { <a href=place>{title}</a><small>{hint}</small> }.into_any()
        };
        view! {
            <li class:done=done>
                <span class="step-mark" aria-hidden="true">{done.then(|| view! { <Icon name="check"/> })}</span>
                <span class="step-words">{name}</span>
            </li>
        }
    }
}

fn lines(steps: Steps) -> [Line; 5] {
    let line = |done, (title, hint), place| Line {
        done,
        title,
        hint,
        place,
    };
    [
        line(steps.number, words::NUMBER, "/settings/channels"),
        line(steps.team, words::TEAM, "/settings/team"),
        line(steps.hours, words::HOURS, "/settings/workspace"),
        line(steps.factor, words::FACTOR, "/settings/account"),
        line(steps.reply, words::REPLY, "/inbox"),
    ]
}

/// Which steps are done.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/steps", protocol = Api)]
pub async fn read_steps() -> Result<Steps, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Workspace.role()).await?;
    let steps = postern_domain::workspace::steps(&crate::ssr::env(), &mut tenant).await?;
    tenant.commit().await?;
    Ok(steps)
}

/// Puts the list away, for all admins.
#[server(client = ApiClient, prefix = "/api", endpoint = "workspace/hide-steps", protocol = Api)]
pub async fn hide_steps() -> Result<Steps, ApiError> {
    let env = crate::ssr::env();
    let mut tenant = crate::ssr::member(postern_types::Right::Workspace.role()).await?;
    postern_domain::workspace::hide_steps(&env, &mut tenant, true).await?;
    let steps = postern_domain::workspace::steps(&env, &mut tenant).await?;
    tenant.commit().await?;
    Ok(steps)
}
