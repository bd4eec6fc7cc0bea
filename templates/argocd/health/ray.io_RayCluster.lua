-- KubeRay: a Ray cluster.
local status = obj.status or {}
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
if status.observedGeneration ~= nil and generation ~= nil and status.observedGeneration ~= generation then
  return {status = "Progressing", message = "the operator has not seen the newest spec"}
end
if status.state == "ready" then
  return {status = "Healthy", message = "all pods are ready"}
elseif status.state == "suspended" then
  return {status = "Suspended", message = "suspended"}
elseif status.state == "failed" then
  return {status = "Degraded", message = status.reason or "failed"}
end
return {status = "Progressing", message = status.reason or "pods are not ready"}
