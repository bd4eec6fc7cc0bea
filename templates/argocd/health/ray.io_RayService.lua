-- KubeRay: applications that are served by a Ray cluster; Dynamo: one component of an inference graph.
local status = obj.status or {}
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
if status.observedGeneration ~= nil and generation ~= nil and status.observedGeneration ~= generation then
  return {status = "Progressing", message = "the operator has not seen the newest spec"}
end
local is_ray = obj.kind == "RayService"
local serving = is_ray and "Ready" or "Available"
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == serving and condition.status == "True" then
    return {status = "Healthy", message = condition.message or "serving"}
  end
end
if is_ray and status.conditions == nil and status.serviceStatus == "Running" then
  return {status = "Healthy", message = "serving"}
end
return {status = "Progressing", message = "not serving yet"}
