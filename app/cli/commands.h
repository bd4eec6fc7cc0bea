#pragma once
// One function a command; each lies in the file of its name.
#include "app/cli/command.h"

namespace waybill::cli {

[[nodiscard]] Command recipe_command();
[[nodiscard]] Command recipe_list_command();
[[nodiscard]] Command recipe_diff_command();
[[nodiscard]] Command catalogue_check_command();
[[nodiscard]] Command catalogue_new_overlay_command();
[[nodiscard]] Command query_command();
[[nodiscard]] Command explain_command();
[[nodiscard]] Command plan_command();
[[nodiscard]] Command bundle_command();
Command simulate_command();
[[nodiscard]] Command publish_command();
[[nodiscard]] Command commit_command();
[[nodiscard]] Command push_command();
[[nodiscard]] Command pull_command();
[[nodiscard]] Command copy_command();
Command save_command();
Command load_command();
Command receipt_command();
[[nodiscard]] Command inspect_command();
[[nodiscard]] Command list_command();
[[nodiscard]] Command tag_command();
[[nodiscard]] Command delete_command();
[[nodiscard]] Command login_command();
[[nodiscard]] Command logout_command();
[[nodiscard]] Command bootstrap_command();
[[nodiscard]] Command keygen_command();
[[nodiscard]] Command key_import_command();
[[nodiscard]] Command key_public_command();
[[nodiscard]] Command sign_command();
[[nodiscard]] Command attest_command();
[[nodiscard]] Command attach_command();
[[nodiscard]] Command verify_command();
[[nodiscard]] Command verify_attestation_command();
[[nodiscard]] Command trust_show_command();
[[nodiscard]] Command trust_init_command();
[[nodiscard]] Command trust_sign_command();
[[nodiscard]] Command trust_update_command();
[[nodiscard]] Command version_command();
[[nodiscard]] Command completion_command();
[[nodiscard]] Command manual_command();

}  // namespace waybill::cli
