#include "app/cli/setting_options.h"

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
  command.option("--system-node-selector", &request.system_node_selector, "KEY=VALUE[,…]",
                 "label of the nodes for operators, controllers and other services; may be given again");
  command.option("--system-node-toleration", &request.system_node_toleration, "KEY[=VALUE]:EFFECT[,…]",
                 "taint that these tolerate (EFFECT: NoSchedule, PreferNoSchedule, NoExecute); may be given again");
  command.option("--accelerated-node-selector", &request.accelerated_node_selector, "KEY=VALUE[,…]",
                 "label of the nodes for what runs beside GPUs; may be given again");
  command.option("--accelerated-node-toleration", &request.accelerated_node_toleration, "KEY[=VALUE]:EFFECT[,…]",
                 "taint that this tolerates; may be given again");
  command.option("--workload-gate", &request.workload_gate, "KEY[=VALUE]:EFFECT",
                 "taint that keeps workloads from a node until it is prepared");
  command.option("--workload-selector", &request.workload_selector, "KEY=VALUE[,…]",
                 "label of workloads that preparing a node must not interrupt; may be given again");
}

}  // namespace waybill::cli
