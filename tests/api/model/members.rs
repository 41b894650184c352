//! What the model answers to calls about the members of an image.

use super::world::{
    Answer, Image, MEMBER_QUOTA, Member, MemberStatus, Project, User, Visibility, World,
};

impl World {
    /// The image, if it can have members.
    fn shared(&self, user: User, id: usize) -> Result<&Image, Answer> {
        let image = self.seen(user, id)?;
        if image.visibility == Visibility::Shared {
            Ok(image)
        } else {
            Err(Answer::Refused(403))
        }
    }

    /// The record of a project, if the user sees it.
    fn record(&self, user: User, id: usize, project: Project) -> Result<MemberStatus, Answer> {
        let image = self.seen(user, id)?;
        let found = image.member(project);
        found
            .filter(|_| user.sees_member(image, project))
            .ok_or(Answer::Refused(404))
    }

    fn put(&mut self, id: usize, project: Project, status: Option<MemberStatus>) {
        let Some(image) = self.images.get_mut(&id) else {
            return;
        };
        let mut members = image.members.iter_mut();
        match members.find(|member| member.project == project) {
            Some(member) => member.status = status,
            None => image.members.push(Member { project, status }),
        }
    }

    pub(super) fn add_member(
        &mut self,
        user: User,
        id: usize,
        project: Project,
    ) -> Result<Answer, Answer> {
        let image = self.shared(user, id)?;
        if !user.may_change(image) {
            return Err(Answer::Refused(403));
        }
        let members = image.members.iter();
        if members.filter(|it| it.status.is_some()).count() >= MEMBER_QUOTA {
            return Err(Answer::Refused(413));
        }
        if image.member(project).is_some() {
            return Err(Answer::Refused(409));
        }
        self.put(id, project, Some(MemberStatus::Pending));
        Ok(Answer::Member(project, MemberStatus::Pending))
    }

    pub(super) fn list_members(&self, user: User, id: usize) -> Result<Answer, Answer> {
        let image = self.shared(user, id)?;
        let members = image.members.iter();
        let seen = members.filter(|member| user.sees_member(image, member.project));
        let seen = seen.filter_map(|member| Some((member.project, member.status?)));
        Ok(Answer::Members(seen.collect()))
    }

    pub(super) fn show_member(
        &self,
        user: User,
        id: usize,
        project: Project,
    ) -> Result<Answer, Answer> {
        let status = match self.shared(user, id) {
            Ok(_) => self.record(user, id, project)?,
            Err(_) => return Err(Answer::Refused(404)),
        };
        Ok(Answer::Member(project, status))
    }

    pub(super) fn set_member(
        &mut self,
        user: User,
        id: usize,
        project: Project,
        to: MemberStatus,
    ) -> Result<Answer, Answer> {
        let image = self.shared(user, id)?;
        let own = user.is_member() && !user.owns(image);
        self.record(user, id, project)?;
        if !own && !user.is_admin() {
            return Err(Answer::Refused(403));
        }
        self.put(id, project, Some(to));
        Ok(Answer::Member(project, to))
    }

    pub(super) fn remove_member(
        &mut self,
        user: User,
        id: usize,
        project: Project,
    ) -> Result<Answer, Answer> {
        let may = user.may_change(self.shared(user, id)?);
        self.record(user, id, project)?;
        if !may {
            return Err(Answer::Refused(403));
        }
        self.put(id, project, None);
        Ok(Answer::Done(204))
    }
}
