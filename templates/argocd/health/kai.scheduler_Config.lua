-- KAI Scheduler: its services, or the scheduler of a partition of nodes. The operator says for which generation each
-- condition holds.
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
local function find(wanted)
  for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
    if condition.type == wanted then
      return condition
    end
  end
  return {}
end

local dependencies = find("DependenciesFulfilled")
if dependencies.status == "False" then
  return {status = "Progressing", message = dependencies.message or "something that it needs is missing"}
end
for _, wanted in ipairs({"Deployed", "Available"}) do
  local condition = find(wanted)
  local is_old = generation ~= nil and condition.observedGeneration ~= nil and condition.observedGeneration ~= generation
  if condition.status ~= "True" or is_old then
    return {status = "Progressing", message = condition.message or ("not " .. wanted .. " yet")}
  end
end
return {status = "Healthy", message = "deployed and available"}
