-- A training run that ends. The Kubeflow Trainer and JobSet have their own words for success.
local succeeded = ({TrainJob = "Complete", JobSet = "Completed"})[obj.kind] or "Succeeded"
local function holds(wanted)
  for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
    if condition.type == wanted and condition.status == "True" then
      return condition.message or wanted
    end
  end
  return nil
end

local failed, done, suspended = holds("Failed"), holds(succeeded), holds("Suspended")
if failed then
  return {status = "Degraded", message = failed}
elseif done then
  return {status = "Healthy", message = done}
elseif suspended then
  return {status = "Suspended", message = suspended}
end
return {status = "Progressing", message = "the run is under way"}
