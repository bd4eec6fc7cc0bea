-- KubeRay: a job that ends.
local status = obj.status or {}
if status.jobDeploymentStatus == "Failed" or status.jobDeploymentStatus == "ValidationFailed" or status.jobStatus == "FAILED" then
  return {status = "Degraded", message = status.message or status.reason or "failed"}
elseif status.jobDeploymentStatus == "Complete" or status.jobStatus == "SUCCEEDED" then
  return {status = "Healthy", message = status.message or "done"}
elseif status.jobDeploymentStatus == "Suspended" then
  return {status = "Suspended", message = "suspended"}
end
return {status = "Progressing", message = "the job is running"}
