//! The calls of a history: each a choice among few, so that many are about the same image.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::world::{MemberStatus, Project, Status, User, Visibility};

/// The number of images that calls can name.
pub(super) const IMAGES: usize = 5;

/// One call of one user.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) user: User,
    pub(super) call: Call,
}

/// A request; the first number is that of its image.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Create(usize, Vec<Setting>),
    Show(usize),
    List(Question),
    Patch(usize, PatchForm, Vec<Change>),
    PutTag(usize, &'static str),
    DeleteTag(usize, &'static str),
    AddMember(usize, Project),
    Members(usize),
    Member(usize, Project),
    SetMember(usize, Project, MemberStatus),
    RemoveMember(usize, Project),
    /// With so many bytes.
    Upload(usize, usize),
    Stage(usize, usize),
    Download(usize),
    Deactivate(usize),
    Reactivate(usize),
    Delete(usize),
}

/// A field or a property, and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Setting {
    Name(Option<&'static str>),
    Visibility(Visibility),
    Protected(bool),
    Hidden(bool),
    MinRam(i64),
    Tags(Vec<&'static str>),
    DiskFormat(&'static str),
    ContainerFormat(&'static str),
    Owner(Project),
    Property(&'static str, &'static str),
}

/// The media type of a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PatchForm {
    /// `{"add": "/name", "value": …}`, which adds only what is absent.
    V20,
    /// `{"op": "add", "path": "/name", "value": …}`
    V21,
}

/// An operation of a patch.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) verb: &'static str,
    pub(super) setting: Setting,
}

/// The parameters of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// A visibility, or `all`.
    pub(super) visibility: Option<&'static str>,
    /// A status, or `all`.
    pub(super) member_status: Option<&'static str>,
    pub(super) hidden: Option<bool>,
    pub(super) tag: Option<&'static str>,
    pub(super) status: Option<Status>,
    pub(super) owner: Option<Project>,
    pub(super) limit: Option<usize>,
    pub(super) marker: Option<usize>,
}

const VISIBILITIES: [Visibility; 4] = [
    Visibility::Shared,
    Visibility::Private,
    Visibility::Community,
    Visibility::Public,
];
const TAGS: [&str; 4] = ["a", "b", "c", "d"];

fn user() -> impl Strategy<Value = User> {
    select(User::ALL.to_vec())
}

fn project() -> impl Strategy<Value = Project> {
    select(vec![Project::One, Project::Two, Project::Elsewhere])
}

fn image() -> impl Strategy<Value = usize> {
    0..IMAGES
}

fn bytes() -> impl Strategy<Value = usize> {
    select(vec![0, 3, 8, 16, 17])
}

fn setting() -> impl Strategy<Value = Setting> {
    let properties = select(vec!["p", "q", "r", "s"]);
    prop_oneof![
        1 => prop::option::of(select(vec!["one", "two"])).prop_map(Setting::Name),
        4 => select(VISIBILITIES.to_vec()).prop_map(Setting::Visibility),
        1 => any::<bool>().prop_map(Setting::Protected),
        1 => any::<bool>().prop_map(Setting::Hidden),
        1 => select(vec![0, 5, -1]).prop_map(Setting::MinRam),
        2 => subsequence(TAGS.to_vec(), 0..=4).prop_map(Setting::Tags),
        2 => select(vec!["raw", "iso"]).prop_map(Setting::DiskFormat),
        1 => select(vec!["ovf", "docker"]).prop_map(Setting::ContainerFormat),
        1 => project().prop_map(Setting::Owner),
        3 => (properties, select(vec!["", "x"])).prop_map(|(name, value)| Setting::Property(name, value)),
    ]
}

/// A new image, mostly one that can take data.
pub(super) fn created() -> impl Strategy<Value = Step> {
    let settings = prop::collection::vec(setting(), 0..=4);
    let formats = prop::bool::weighted(0.8);
    let call = (image(), settings, formats).prop_map(|(id, mut settings, formats)| {
        if formats {
            settings.push(Setting::DiskFormat("raw"));
            settings.push(Setting::ContainerFormat("ovf"));
        }
        Call::Create(id, settings)
    });
    (user(), call).prop_map(|(user, call)| Step { user, call })
}

fn change() -> impl Strategy<Value = Change> {
    let verb = select(vec!["add", "replace", "remove"]);
    (verb, setting()).prop_map(|(verb, setting)| Change { verb, setting })
}

fn question() -> impl Strategy<Value = Question> {
    let sight = select(vec!["all", "shared", "private", "community", "public"]);
    let member = select(vec!["all", "pending", "accepted", "rejected"]);
    let states = vec![
        Status::Queued,
        Status::Uploading,
        Status::Active,
        Status::Deactivated,
    ];
    let who = (prop::option::of(sight), prop::option::of(member));
    let what = (
        prop::option::weighted(0.2, any::<bool>()),
        prop::option::weighted(0.2, select(TAGS.to_vec())),
        prop::option::weighted(0.2, select(states)),
        prop::option::weighted(0.2, project()),
    );
    let page = (
        prop::option::weighted(0.3, 0..4_usize),
        prop::option::weighted(0.3, image()),
    );
    (who, what, page).prop_map(|(who, what, page)| Question {
        visibility: who.0,
        member_status: who.1,
        hidden: what.0,
        tag: what.1,
        status: what.2,
        owner: what.3,
        limit: page.0,
        marker: page.1,
    })
}

/// Any call of any user.
pub(super) fn step() -> impl Strategy<Value = Step> {
    let form = select(vec![PatchForm::V20, PatchForm::V21, PatchForm::V21]);
    let changes = prop::collection::vec(change(), 0..=3);
    let status = select(vec![
        MemberStatus::Pending,
        MemberStatus::Accepted,
        MemberStatus::Rejected,
    ]);
    let call = prop_oneof![
        3 => image().prop_map(Call::Show),
        4 => question().prop_map(Call::List),
        6 => (image(), form, changes).prop_map(|(id, form, all)| Call::Patch(id, form, all)),
        1 => (image(), select(TAGS.to_vec())).prop_map(|(id, tag)| Call::PutTag(id, tag)),
        1 => (image(), select(TAGS.to_vec())).prop_map(|(id, tag)| Call::DeleteTag(id, tag)),
        4 => (image(), project()).prop_map(|(id, project)| Call::AddMember(id, project)),
        2 => image().prop_map(Call::Members),
        1 => (image(), project()).prop_map(|(id, project)| Call::Member(id, project)),
        4 => (image(), project(), status).prop_map(|(id, project, to)| Call::SetMember(id, project, to)),
        1 => (image(), project()).prop_map(|(id, project)| Call::RemoveMember(id, project)),
        5 => (image(), bytes()).prop_map(|(id, size)| Call::Upload(id, size)),
        1 => (image(), bytes()).prop_map(|(id, size)| Call::Stage(id, size)),
        3 => image().prop_map(Call::Download),
        2 => image().prop_map(Call::Deactivate),
        2 => image().prop_map(Call::Reactivate),
        2 => image().prop_map(Call::Delete),
    ];
    let any = (user(), call).prop_map(|(user, call)| Step { user, call });
    prop_oneof![6 => any, 1 => created()]
}
