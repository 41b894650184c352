//! Objects of a namespace.

use super::{Metadefs, find, find_and_hold, or_duplicate};
use crate::db::Session;
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::errors;
use crate::domain::metadef::namespace::Namespace;
use crate::domain::metadef::object::MetadefObject;
use crate::domain::metadef::storable::{MetadefChange, check_object};
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;
use crate::domain::text::without_nul;
use crate::{Error, Result};

impl Metadefs<'_> {
    /// The objects of a namespace.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn objects(&self, namespace: &str) -> Result<Vec<Timestamped<MetadefObject>>> {
        let mut db = self.app.db.read().await?;
        let namespace = self.home(namespace, find(&mut db, namespace).await?)?;
        self.may(Rule::GetMetadefObjects, &namespace)?;
        if !self.passes(Rule::GetMetadefObject, &namespace) {
            return Ok(Vec::new());
        }
        db.objects(&namespace.id).await
    }

    /// Shows an object.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn object(&self, namespace: &str, name: &str) -> Result<Timestamped<MetadefObject>> {
        let mut db = self.app.db.read().await?;
        let namespace = self.home(namespace, find(&mut db, namespace).await?)?;
        self.may(Rule::GetMetadefObject, &namespace)?;
        object(&mut db, &namespace, name).await
    }

    /// Makes an object.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn add_object(
        &self,
        namespace: &str,
        new: MetadefObject,
    ) -> Result<Timestamped<MetadefObject>> {
        let mut db = self.app.db.write().await?;
        let namespace = self.home(namespace, find_and_hold(&mut db, namespace).await?)?;
        self.may(Rule::AddMetadefObject, &namespace)?;
        check_object(MetadefChange::Create, &new)?;
        let object = Timestamped::new(new, self.app.clock.now());
        let added = db
            .insert_objects(&namespace.id, [&object].into_iter())
            .await;
        added.map_err(|error| {
            or_duplicate(error, || {
                errors::object_exists(&object.item.name, &namespace.namespace)
            })
        })?;
        self.notify(&mut db, EventType::ObjectCreate, || {
            notification::object(&namespace.namespace, &object)
        });
        db.commit().await?;
        Ok(object)
    }

    /// Changes an object: what is not said is unset.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn update_object(
        &self,
        namespace: &str,
        name: &str,
        new: MetadefObject,
    ) -> Result<Timestamped<MetadefObject>> {
        let mut db = self.app.db.write().await?;
        let namespace = self.home(namespace, find_and_hold(&mut db, namespace).await?)?;
        self.may(Rule::ModifyMetadefObject, &namespace)?;
        let before = object(&mut db, &namespace, name).await?;
        check_object(MetadefChange::Update, &new)?;
        let mut changed = Timestamped::new(new, self.app.clock.now());
        changed.created_at = before.created_at;
        db.update_object(&namespace.id, name, &changed);
        self.notify(&mut db, EventType::ObjectUpdate, || {
            notification::object_update(&namespace.namespace, &changed, name)
        });
        let saved = db.commit().await.map_err(Error::from);
        saved.map_err(|error| {
            or_duplicate(error, || {
                errors::name_taken("object", &changed.item.name, &namespace.namespace)
            })
        })?;
        Ok(changed)
    }

    /// Deletes an object.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn delete_object(&self, namespace: &str, name: &str) -> Result<()> {
        let mut db = self.app.db.write().await?;
        let namespace = self.home(namespace, find_and_hold(&mut db, namespace).await?)?;
        self.may(Rule::DeleteMetadefObject, &namespace)?;
        let object = object(&mut db, &namespace, name).await?;
        if namespace.protected {
            return Err(errors::protected("object", name));
        }
        db.delete_objects(&namespace.id, Some(name));
        self.notify_deleted(&mut db, EventType::ObjectDelete, || {
            notification::object(&namespace.namespace, &object)
        });
        Ok(db.commit().await?)
    }

    /// Deletes every object of a namespace.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn delete_objects(&self, namespace: &str) -> Result<()> {
        let (mut db, namespace) = self.see_to_clear(namespace, &[]).await?;
        db.delete_objects(&namespace.id, None);
        self.notify(&mut db, EventType::NamespaceDeleteObjects, || {
            notification::namespace(&namespace)
        });
        Ok(db.commit().await?)
    }

    /// *See*, in the words that Glance has for it where objects are asked for.
    fn home(&self, name: &str, found: Option<Namespace>) -> Result<Namespace> {
        self.visible(found.ok_or_else(|| errors::no_namespace(name))?)
    }
}

async fn object(
    db: &mut Session,
    namespace: &Namespace,
    name: &str,
) -> Result<Timestamped<MetadefObject>> {
    let found = match without_nul(name) {
        Some(name) => db.object(&namespace.id, name).await?,
        None => None,
    };
    found.ok_or_else(|| errors::no_object(name))
}
