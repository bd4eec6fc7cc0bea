#include "app/cli/setting_options.h"

#include <string>

#include "generator/scheduling.h"

namespace waybill::cli {

void add_setting_options(Command& command, SettingsRequest& request) {
  command.option(
      "--set", &request.set, "COMPONENT:PATH=VALUE",
      "set a value of a component's chart: true, false, null, a number or a text, {a,b} for a list; PATH as in "
      "driver.version or tolerations[0].key; COMPONENT:enabled switches the component; may be given again");
  command.option("--set-string", &request.set_string, "COMPONENT:PATH=VALUE",
                 "the same, always as text; may be given again");
  command.option("--set-json", &request.set_json, "COMPONENT:PATH=JSON",
                 "set a value of any kind, written as JSON; may be given again");
  command.option("--set-file", &request.set_file, "COMPONENT:PATH=FILE",
                 "set the text of a file (at most 1 MiB); may be given again");
  const auto add = [&](std::string_view flag, Binding binding, const char* value_name, const char* help) {
    command.option(std::string(flag), binding, value_name, help);
  };
  add(kSystemSelectorFlag, &request.system_node_selector, "KEY=VALUE[,…]",
      "label of the nodes that the components themselves run on; may be given again");
  add(kSystemTolerationFlag, &request.system_node_toleration, "KEY[=VALUE]:EFFECT[,…]",
      "taint that they tolerate (EFFECT: NoSchedule, PreferNoSchedule, NoExecute); may be given again");
  add(kAcceleratedSelectorFlag, &request.accelerated_node_selector, "KEY=VALUE[,…]",
      "label of the nodes with GPUs; may be given again");
  add(kAcceleratedTolerationFlag, &request.accelerated_node_toleration, "KEY[=VALUE]:EFFECT[,…]",
      "taint that what runs on them tolerates; may be given again");
  add(kWorkloadGateFlag, &request.workload_gate, "KEY[=VALUE]:EFFECT",
      "taint that keeps workloads from a node until it is prepared");
  add(kWorkloadSelectorFlag, &request.workload_selector, "KEY=VALUE[,…]",
      "label of workloads that preparing a node must not interrupt; may be given again");
}

}  // namespace waybill::cli
