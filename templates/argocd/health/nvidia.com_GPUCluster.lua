-- GPU Operator: the operands of a cluster that shares its GPUs by DRA.
local state = obj.status ~= nil and obj.status.state or nil
if state == "ready" then
  return {status = "Healthy", message = "all operands are ready"}
elseif state == "ignored" then
  return {status = "Degraded", message = "ignored: there is another GPUCluster"}
elseif state == "disabled" then
  return {status = "Suspended", message = "disabled"}
end
return {status = "Progressing", message = "operands are not ready"}
