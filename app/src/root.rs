//! The routes, and what every page stands on.

use crate::{
    account::AccountPage,
    audit::AuditPage,
    browser,
    channels::ChannelsPage,
    contacts::{ContactsImportPage, ContactsPage},
    developers::DevelopersPage,
    door::DoorPage,
    erase::ErasePage,
    export::{self, ExportPage},
    frame::{Frame, FrameSkeleton},
    inbox::{InboxPage, NothingOpen, OpenConversation},
    links,
    qr::{self, QrPage},
    session::{Auth, provide_session, use_session},
    steps,
    tasks::{self, TasksPage},
    team::TeamPage,
    teams::TeamsPage,
    trace::WherePage,
    ui::{
        contact_parts::ContactParts,
        empty::Empty,
        first_steps::FirstSteps,
        icon::Package,
        prefs::provide_prefs,
        toast::{ToastStack, provide_toasts},
    },
    words,
    workspace::WorkspacePage,
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{ParentRoute, ProtectedParentRoute, Redirect, Route, Router, Routes},
    path,
};

/// Everything within the body.
#[component]
pub fn App(package: Package) -> impl IntoView {
    provide_meta_context();
    provide_context(package);
    provide_prefs();
    provide_toasts();
    provide_context(FirstSteps {
        card: steps::card,
        hidden: RwSignal::new(None),
    });
    provide_context(ContactParts {
        tasks: tasks::card,
        links: links::card,
        code: qr::code,
        export: export::button,
    });
    provide_session();
    view! {
        <Title text=words::PRODUCT/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/setup") view=DoorPage/>
                <Route path=path!("/sign-in") view=DoorPage/>
                <Route path=path!("/register") view=DoorPage/>
                <Route path=path!("/invitation") view=DoorPage/>
                <Route path=path!("/forgot") view=DoorPage/>
                <Route path=path!("/reset") view=DoorPage/>
                <Route path=path!("/not-me") view=DoorPage/>
                <ProtectedParentRoute
                    path=path!("")
                    condition=signed_in
                    redirect_path=sign_in_path
                    fallback=FrameSkeleton
                    view=Inside
                >
                    <Route path=path!("") view=|| view! { <Redirect path="/inbox"/> }/>
                    <ParentRoute path=path!("/inbox") view=InboxPage>
                        <Route path=path!("") view=NothingOpen/>
                        <Route path=path!(":conversation") view=OpenConversation/>
                    </ParentRoute>
                    <Route path=path!("/contacts") view=page(|| view! { <ContactsPage/> }.into_any())/>
                    <Route path=path!("/contacts/import") view=page(|| view! { <ContactsImportPage/> }.into_any())/>
                    <Route path=path!("/contacts/import/:import") view=page(|| view! { <ContactsImportPage/> }.into_any())/>
                    <Route path=path!("/contacts/:contact") view=page(|| view! { <ContactsPage/> }.into_any())/>
                    <Route path=path!("/qr") view=page(|| view! { <QrPage/> }.into_any())/>
                    <Route path=path!("/tasks") view=page(|| view! { <TasksPage/> }.into_any())/>
                    <Route path=path!("/tasks/:task") view=page(|| view! { <TasksPage/> }.into_any())/>
                    <Route path=path!("/settings/account") view=page(|| view! { <AccountPage/> }.into_any())/>
                    <Route path=path!("/settings/workspace") view=page(|| view! { <WorkspacePage/> }.into_any())/>
                    <Route path=path!("/settings/team") view=page(|| view! { <TeamPage/> }.into_any())/>
                    <Route path=path!("/settings/teams") view=page(|| view! { <TeamsPage/> }.into_any())/>
                    <Route path=path!("/settings/audit") view=page(|| view! { <AuditPage/> }.into_any())/>
                    <Route path=path!("/settings/export") view=page(|| view! { <ExportPage/> }.into_any())/>
                    <Route path=path!("/settings/developers") view=page(|| view! { <DevelopersPage/> }.into_any())/>
                    <Route path=path!("/settings/delete") view=page(|| view! { <ErasePage/> }.into_any())/>
                    <Route path=path!("/settings/channels") view=page(|| view! { <ChannelsPage/> }.into_any())/>
                    <Route path=path!("/settings/where") view=page(|| view! { <WherePage/> }.into_any())/>
                </ProtectedParentRoute>
            </Routes>
        </Router>
        <ToastStack/>
    }
}

/// One type for all of them, so that the way to a page is compiled once.
fn page(view: fn() -> AnyView) -> fn() -> AnyView {
    view
}

/// None until the first refresh answered: the server and the first pass of the client agree on the skeleton.
fn signed_in() -> Option<bool> {
    match use_session().auth.get() {
        Auth::Unknown => None,
        Auth::In => Some(true),
        Auth::Out => Some(false),
    }
}

/// Where one signs in, to come back to where one was.
fn sign_in_path() -> String {
    match browser::path().as_str() {
        "/" | "/inbox" => "/sign-in".into(),
        here => format!(
            "/sign-in?next={}",
            String::from(js_sys::encode_uri_component(here))
        ),
    }
}

/// The frame, which knows no page: whoever is let into no workspace still has their account.
#[component]
fn Inside() -> impl IntoView {
    view! { <Frame account=|| view! { <AccountPage/> }/> }.into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Title text=words::title(words::NOT_FOUND)/>
        <main class="page-alone" id="main">
            <Empty icon="compass" title=words::NOT_FOUND hint=words::NOT_FOUND_HINT>
                <a class="button primary" href="/inbox">{words::TO_INBOX}</a>
            </Empty>
        </main>
    }
    .into_any()
}
