//! The API's reference: every call with what it takes, what it answers, and how it is made. It stands still: no script runs.

use crate::words::reference as words;
use leptos::prelude::*;

/// All of it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The calls, by what they are about.
    pub groups: Vec<Group>,
    /// The languages of the samples: what each is called, and what marks it.
    pub languages: Vec<(&'static str, &'static str)>,
    /// The words of problems: status, and what each says.
    pub codes: Vec<(&'static str, u16, &'static str)>,
}

/// Calls about one thing.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they are about.
    pub name: String,
    /// The same in a sentence.
    pub about: String,
    /// The calls.
    pub operations: Vec<Operation>,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What it is found by on the page.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With `{id}` where one stands.
    pub path: String,
    /// What it does.
    pub about: String,
    /// What a key needs for it; none: any key may.
    pub scope: Option<String>,
    /// What stands in the path and behind the `?`.
    pub asked: Vec<Field>,
    /// What is sent.
    pub body: Vec<Field>,
    /// The status of an answer that is none of a problem.
    pub status: String,
    /// What is answered.
    pub answer: Vec<Field>,
    /// In each language.
    pub samples: Vec<String>,
}

/// Something that is given or answered.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it is called; within another by both names.
    pub name: String,
    /// What stands in it.
    pub kind: String,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means.
    pub about: String,
}

impl Page {
    /// The document. `package` is where the style sheets are.
    pub fn html(&self, package: &str) -> String {
        let owner = Owner::new();
        owner.with(|| {
            let style = format!("{package}/reference.css");
            view! {
                <!DOCTYPE html>
                <html lang="en" dir="ltr">
                    <head>
                        <meta charset="utf-8"/>
                        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                        <meta name="color-scheme" content="light dark"/>
                        <meta name="robots" content="noindex"/>
                        <title>{words::TITLE}</title>
                        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                        <link rel="stylesheet" href=style/>
                    </head>
                    <body class="reference">
                        <a class="skip" href="#main">{words::TO_CONTENT}</a>
                        {self.contents()}
                        <main class="reference-main" id="main" tabindex="-1">
                            {self.start()}
                            {self.groups.iter().map(|group| self.group(group)).collect_view()}
                            {self.problems()}
                        </main>
                    </body>
                </html>
            }
            .to_html()
        })
    }

    fn contents(&self) -> AnyView {
        let groups = self.groups.iter().map(|group| {
            let calls = group.operations.iter().map(|call| {
                view! {
                    <li>
                        <a href=format!("#{}", call.id)>
                            {verb(&call.method)}
                            <span>{short(&call.path)}</span>
                        </a>
                    </li>
                }
            });
            view! {
                <section>
                    <h2>{group.name.clone()}</h2>
                    <ul>{calls.collect_view()}</ul>
                </section>
            }
        });
        view! {
            <nav class="reference-nav" id="contents" aria-label=words::CONTENTS>
                <a class="reference-home" href="/settings/developers">{words::BACK}</a>
                <ul>
                    <li><a href="#start">{words::START}</a></li>
                    <li><a href="#problems">{words::PROBLEMS}</a></li>
                </ul>
                {groups.collect_view()}
            </nav>
        }
        .into_any()
    }

    /// What holds for every call, and the choice of the language.
    fn start(&self) -> AnyView {
        let choices = self.languages.iter().enumerate().map(|(nth, (name, mark))| {
            view! {
                <label>
                    <input type="radio" name="language" id=format!("in-{mark}") checked=nth == 0/>
                    <span>{*name}</span>
                </label>
            }
        });
        view! {
            <section id="start">
                <h1>{words::TITLE}</h1>
                <p>{words::LEAD}</p>
                <ul class="reference-rules">
                    {words::RULES.map(|(name, about)| view! { <li><strong>{name}</strong>" "{about}</li> }).collect_view()}
                </ul>
                <p class="reference-ways">
                    <a class="reference-jump" href="#contents">{words::CONTENTS}</a>
                    <a href="/api/v1/openapi.json">{words::DOCUMENT}</a>
                </p>
                <fieldset class="reference-languages">
                    <legend>{words::LANGUAGE}</legend>
                    {choices.collect_view()}
                </fieldset>
            </section>
        }
        .into_any()
    }

    fn group(&self, group: &Group) -> AnyView {
        view! {
            <section>
                <h2>{group.name.clone()}</h2>
                <p class="reference-about">{group.about.clone()}</p>
                {group.operations.iter().map(|call| self.call(call)).collect_view()}
            </section>
        }
        .into_any()
    }

    fn call(&self, call: &Operation) -> AnyView {
        let samples = self.languages.iter().zip(&call.samples).map(|((name, mark), text)| {
            let class = format!("sample sample-{mark}");
            let label = format!("{name}: {} {}", call.method, call.path);
            view! { <pre class=class tabindex="0" aria-label=label><code>{text.clone()}</code></pre> }
        });
        let scope = call.scope.clone().map_or_else(
            || view! { <p class="reference-scope">{words::ANY_KEY}</p> }.into_any(),
            |scope| {
                view! { <p class="reference-scope">{words::NEEDS}" "<code>{scope}</code></p> }
                    .into_any()
            },
        );
        view! {
            <article class="reference-call" id=call.id.clone()>
                <h3>
                    <a href=format!("#{}", call.id)>{verb(&call.method)}<span>{call.path.clone()}</span></a>
                </h3>
                <div class="reference-columns">
                    <div>
                        <p>{ticked(&call.about)}</p>
                        {scope}
                        {table(words::ASKED, &call.asked, true)}
                        {table(words::SENT, &call.body, true)}
                        {table(&format!("{} {}", words::ANSWERED, call.status), &call.answer, false)}
                    </div>
                    <div class="reference-samples">{samples.collect_view()}</div>
                </div>
            </article>
        }
        .into_any()
    }

    fn problems(&self) -> AnyView {
        let rows = self.codes.iter().map(|(code, status, about)| {
            view! {
                <tr id=*code>
                    <th scope="row"><code>{*code}</code></th>
                    <td>{status.to_string()}</td>
                    <td>{ticked(about)}</td>
                </tr>
            }
        });
        view! {
            <section id="problems">
                <h2>{words::PROBLEMS}</h2>
                <p class="reference-about">{words::PROBLEMS_ABOUT}</p>
                <div class="reference-scroll">
                    <table class="reference-fields"><tbody>{rows.collect_view()}</tbody></table>
                </div>
            </section>
        }
        .into_any()
    }
}

fn verb(method: &str) -> AnyView {
    let class = format!("verb verb-{}", method.to_lowercase());
    view! { <b class=class>{method.to_owned()}</b> }.into_any()
}

/// Without what all have in common.
fn short(path: &str) -> String {
    path.trim_start_matches("/api/v1").to_owned()
}

fn table(title: &str, fields: &[Field], asks: bool) -> AnyView {
    if fields.is_empty() {
        return ().into_any();
    }
    let rows = fields.iter().map(|field| {
        let needed = (asks && field.required).then(|| view! { <em>{words::REQUIRED}</em> });
        view! {
            <tr>
                <th scope="row"><code>{field.name.clone()}</code>{needed}</th>
                <td><span class="reference-kind">{field.kind.clone()}</span>{ticked(&field.about)}</td>
            </tr>
        }
    });
    view! {
        <h4>{title.to_owned()}</h4>
        <div class="reference-scroll">
            <table class="reference-fields"><tbody>{rows.collect_view()}</tbody></table>
        </div>
    }
    .into_any()
}

/// Words with what stands between backticks as code.
fn ticked(text: &str) -> AnyView {
    let parts = text.split('`').enumerate().map(|(nth, part)| {
        if nth % 2 == 1 {
            view! { <code>{part.to_owned()}</code> }.into_any()
        } else {
            part.to_owned().into_any()
        }
    });
    parts.collect_view().into_any()
}
