#include "app/workflow/tag_artifact.h"

#include "core/error.h"
#include "oci/archive_writer.h"
#include "oci/oci_archive.h"
#include "oci/reference.h"

namespace waybill {

TagResult tag_artifact(const TagRequest& request, const Services& services) {
  oci::check_tag(request.tag);
  const oci::Target target = oci::parse_target(request.target);
  const oci::ForceTag force = request.force_tag ? oci::ForceTag::Yes : oci::ForceTag::No;
  if (const auto* file = std::get_if<oci::ArchiveTarget>(&target)) {
    // An archive is written anew, with the same content and one name more.
    const std::unique_ptr<oci::OciArchive> archive = oci::OciArchive::open(file->file);
    const oci::Descriptor artifact = oci::resolve(*archive, file->tag, std::nullopt);
    const oci::CopyOutcome outcome = oci::copy_to_archive(*archive, {file->file, request.tag, {}}, artifact, force,
                                                          {.referrers = oci::WithReferrers::No});
    return {request.target, artifact.digest.to_string(), request.tag, outcome.tags_set != 0};
  }
  const std::unique_ptr<oci::Store> store = open_store(target, MissingLayout::Refuse, request.connection, services);
  const oci::Descriptor artifact = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
  const auto held = store->resolve(request.tag);
  store->tag(artifact, request.tag, force);
  return {request.target, artifact.digest.to_string(), request.tag, !held || held->digest != artifact.digest};
}

Value to_value(const TagResult& result) {
  return Value::map(
      {{"target", result.target}, {"digest", result.digest}, {"tag", result.tag}, {"changed", result.changed}});
}

}  // namespace waybill
