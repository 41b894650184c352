//! The policy of Cloud Images: what the roles of an account may do.
//!
//! The role `member` has the rights of a customer's admin, and `reader` those of an observer, so that users
//! and projects which were made by Identity v3 need no other roles.

use crate::domain::policy::DefaultRules;

/// Names three sets of roles, each with the next one's rights besides its own, and writes the rules by them.
macro_rules! own {
    ($set:literal) => {
        concat!(
            "rule:context_is_admin or (rule:",
            $set,
            " and project_id:%(project_id)s)"
        )
    };
}

const READERS: &str =
    "role:cloudImages:observer or role:observer or role:reader or rule:cloud_images_creators";
const CREATORS: &str = "role:cloudImages:creator or rule:cloud_images_managers";
const MANAGERS: &str = "role:identity:user-admin or role:cloudImages:admin or role:member";

const OWN_READ: &str = own!("cloud_images_readers");
const OWN_WRITE: &str = own!("cloud_images_creators");
const OWN_DELETE: &str = own!("cloud_images_managers");
const CREATE: &str = "rule:context_is_admin or (rule:cloud_images_creators and \
     project_id:%(project_id)s and project_id:%(owner)s)";
const SEE: &str = "rule:context_is_admin or (rule:cloud_images_readers and \
     (project_id:%(project_id)s or project_id:%(member_id)s or 'public':%(visibility)s \
     or 'shared':%(visibility)s))";
const MEMBERSHIP: &str = "rule:context_is_admin or (rule:cloud_images_readers and \
     (project_id:%(project_id)s or project_id:%(member_id)s))";
const ANSWER: &str =
    "rule:context_is_admin or (rule:cloud_images_creators and project_id:%(member_id)s)";
const READ_TASKS: &str = "rule:context_is_admin or rule:cloud_images_readers";
const MAKE_TASKS: &str = "rule:context_is_admin or rule:cloud_images_managers";
const ADMIN: &str = "rule:context_is_admin";

/// The rules of the service's inner face, where customers make images and fill them.
pub(super) const INTERNAL: DefaultRules = &rules(CREATE, OWN_WRITE, OWN_WRITE);

/// The rules of its public face, where only admins do.
pub(super) const PUBLIC: DefaultRules = &rules(ADMIN, ADMIN, ADMIN);

const fn rules(
    add: &'static str,
    upload: &'static str,
    publicize: &'static str,
) -> [(&'static str, &'static str); 25] {
    [
        ("cloud_images_readers", READERS),
        ("cloud_images_creators", CREATORS),
        ("cloud_images_managers", MANAGERS),
        ("add_image", add),
        ("upload_image", upload),
        ("publicize_image", publicize),
        ("communitize_image", ADMIN),
        ("get_image", SEE),
        ("get_images", OWN_READ),
        ("download_image", SEE),
        ("modify_image", OWN_WRITE),
        ("delete_image", OWN_DELETE),
        ("deactivate", ADMIN),
        ("reactivate", ADMIN),
        ("get_member", MEMBERSHIP),
        ("get_members", MEMBERSHIP),
        ("add_member", OWN_WRITE),
        ("modify_member", ANSWER),
        ("delete_member", OWN_DELETE),
        ("get_image_location", ADMIN),
        ("set_image_location", ADMIN),
        ("tasks_api_access", READ_TASKS),
        ("get_task", READ_TASKS),
        ("get_tasks", READ_TASKS),
        ("add_task", MAKE_TASKS),
    ]
}
