-- GPU Operator: the driver of a set of nodes, or the operands of a cluster that shares its GPUs by DRA.
local state = obj.status ~= nil and obj.status.state or nil
if state == "ready" then
  return {status = "Healthy", message = "ready"}
elseif state == "ignored" then
  return {status = "Degraded", message = "ignored: there is another " .. obj.kind}
elseif state == "disabled" then
  return {status = "Suspended", message = "disabled"}
end
return {status = "Progressing", message = "not ready"}
