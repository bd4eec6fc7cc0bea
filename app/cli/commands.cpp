#include "app/cli/commands.h"

#include "app/cli/program.h"

namespace waybill::cli {

const std::vector<CommandEntry>& commands() {
  static const std::vector<CommandEntry> kCommands{
      {"recipe", "resolve the recipe for a target", recipe_command},
      {"recipe list", "list all targets that the catalogue covers", recipe_list_command},
      {"recipe diff", "show what differs between two recipes", recipe_diff_command},
      {"catalogue check", "find every mistake in a catalogue", catalogue_check_command},
      {"catalogue new-overlay", "write the first version of an overlay", catalogue_new_overlay_command},
      {"query", "show one value or tree of a recipe", query_command},
      {"explain", "show which layer set each value, and what it replaced", explain_command},
      {"plan", "show the order of deployment", plan_command},
      {"bundle", "render a bundle into a folder", bundle_command},
      {"simulate", "prove that Argo CD keeps a bundle's order, or show how it would not", simulate_command},
      {"publish", "resolve, render, commit, pack, sign and push: the main job", publish_command},
      {"commit", "commit a verified bundle to git", commit_command},
      {"push", "push a bundle or an artifact to a registry or layout", push_command},
      {"pull", "pull a bundle and unpack it", pull_command},
      {"copy", "copy artifacts, images and charts with all that refers to them", copy_command},
      {"save", "write artifacts as one archive or as parts that are carried", save_command},
      {"load", "load what save wrote, from parts in any order", load_command},
      {"receipt", "write what a place holds, so that save can leave it out", receipt_command},
      {"inspect", "show what an artifact or image is, and what refers to it", inspect_command},
      {"list", "list the tags of a repository, or the repositories of a registry", list_command},
      {"tag", "give an artifact one more tag", tag_command},
      {"delete", "delete a tag or an artifact", delete_command},
      {"login", "store the credentials of a registry", login_command},
      {"logout", "remove the credentials of a registry", logout_command},
      {"bootstrap", "write what starts a bundle's rollout at one place", bootstrap_command},
      {"keygen", "make a key pair for signing", keygen_command},
      {"key import", "make a key pair of a private key that another tool made", key_import_command},
      {"key public", "show the public half of a key", key_public_command},
      {"sign", "sign an artifact, a bundle folder or a file", sign_command},
      {"attest", "sign a statement about an artifact, a bundle folder or a file", attest_command},
      {"attach", "attach a document to an artifact, unsigned", attach_command},
      {"verify", "verify an artifact, a bundle folder or a file", verify_command},
      {"verify-attestation", "verify what somebody signed about an artifact, a bundle folder or a file",
       verify_attestation_command},
      {"trust show", "show whom a site trusts", trust_show_command},
      {"trust init", "begin a site's trust folder", trust_init_command},
      {"trust sign", "sign a trust document", trust_sign_command},
      {"trust update", "replace a site's trust by its next version", trust_update_command},
      {"completion", "write the completion script of a shell", completion_command},
      {"manual", "write the manual pages into a folder", manual_command},
      {"version", "show the versions of program, catalogue and libraries", version_command},
  };
  return kCommands;
}

}  // namespace waybill::cli
