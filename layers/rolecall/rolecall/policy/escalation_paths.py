"""The known ways in which whoever has some rights takes all others: data, judged by `escalation`.

Collected from Rhino Security Labs' "AWS IAM privilege escalation" (methods 1 to 21), Bishop Fox's
iam-vulnerable, and pathfinding.cloud as Prowler reads it. Where one way is another with calls added, only
the shorter is here.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Known:
    """One way.

    Attributes:
        id: Its name for machines.
        calls: What must be granted, all of it; the first is the best one to take away.
        why: What it lets its holder do, as the rest of a sentence that begins with "which lets its
            holder ".
        service: To which service a role is passed; "" where none is.
        existing: What must be there already, and strong, so that it is never certain; "" where nothing.
    """

    id: str
    calls: tuple[str, ...]
    why: str
    service: str = ""
    existing: str = ""


def _passing(name: str, service: str, calls: str, existing: str = "") -> Known:
    """A role is passed to a service, whose workload then acts as that role."""
    why = f"run what it likes as any role that {service} may assume"
    host = f"{service}.amazonaws.com"
    return Known(name, ("iam:PassRole", *calls.split()), why, host, existing)


def _using(name: str, calls: str, existing: str) -> Known:
    """The role of something that is there already is used."""
    return Known(name, tuple(calls.split()), f"act as the role of {existing}", existing=existing)


_IAM = (
    ("create-policy-version", "iam:CreatePolicyVersion", "write any policy anew"),
    ("create-access-key", "iam:CreateAccessKey", "act as another user by a key of that user"),
    ("create-login-profile", "iam:CreateLoginProfile", "give another user a password it knows"),
    ("update-login-profile", "iam:UpdateLoginProfile", "change another user's password"),
    ("attach-user-policy", "iam:AttachUserPolicy", "attach any policy to itself"),
    ("attach-group-policy", "iam:AttachGroupPolicy", "attach any policy to its own group"),
    ("attach-role-policy", "iam:AttachRolePolicy", "attach any policy to a role it uses"),
    ("put-user-policy", "iam:PutUserPolicy", "write itself any policy"),
    ("put-group-policy", "iam:PutGroupPolicy", "write its own group any policy"),
    ("put-role-policy", "iam:PutRolePolicy", "write any policy into a role it uses"),
    ("add-user-to-group", "iam:AddUserToGroup", "join any group"),
    ("update-assume-role-policy", "iam:UpdateAssumeRolePolicy", "let itself into any role"),
    (
        "delete-user-permissions-boundary",
        "iam:DeleteUserPermissionsBoundary",
        "take off its own boundary",
    ),
    (
        "delete-role-permissions-boundary",
        "iam:DeleteRolePermissionsBoundary sts:AssumeRole",
        "take the boundary off a role and assume it",
    ),
    (
        "sso-attach-managed-policy",
        "sso:AttachManagedPolicyToPermissionSet sso:CreatePermissionSet sso:CreateAccountAssignment",
        "make itself a permission set that may do everything",
    ),
    (
        "sso-put-inline-policy",
        "sso:PutInlinePolicyToPermissionSet sso:CreatePermissionSet sso:CreateAccountAssignment",
        "make itself a permission set that may do everything",
    ),
)
_PASSING = (
    ("ec2-run-instances", "ec2", "ec2:RunInstances"),
    ("ec2-spot-instances", "ec2", "ec2:RequestSpotInstances"),
    ("ec2-profile-role", "ec2", "iam:AddRoleToInstanceProfile", "an instance profile"),
    ("ec2-associate-profile", "ec2", "ec2:AssociateIamInstanceProfile", "a reachable instance"),
    (
        "autoscaling-create-group",
        "ec2",
        "autoscaling:CreateLaunchConfiguration autoscaling:CreateAutoScalingGroup",
    ),
    (
        "autoscaling-update-group",
        "ec2",
        "autoscaling:CreateLaunchConfiguration autoscaling:UpdateAutoScalingGroup",
        "an Auto Scaling group",
    ),
    ("lambda-create-invoke", "lambda", "lambda:CreateFunction lambda:InvokeFunction"),
    ("lambda-create-permit", "lambda", "lambda:CreateFunction lambda:AddPermission"),
    ("lambda-create-source", "lambda", "lambda:CreateFunction lambda:CreateEventSourceMapping"),
    ("glue-dev-endpoint", "glue", "glue:CreateDevEndpoint"),
    ("glue-create-job-run", "glue", "glue:CreateJob glue:StartJobRun"),
    ("glue-create-job-trigger", "glue", "glue:CreateJob glue:CreateTrigger"),
    ("glue-update-job-run", "glue", "glue:UpdateJob glue:StartJobRun", "a Glue job"),
    ("glue-update-job-trigger", "glue", "glue:UpdateJob glue:CreateTrigger", "a Glue job"),
    ("glue-session", "glue", "glue:CreateSession glue:RunStatement"),
    ("cloudformation-create-stack", "cloudformation", "cloudformation:CreateStack"),
    (
        "cloudformation-create-stack-set",
        "cloudformation",
        "cloudformation:CreateStackSet cloudformation:CreateStackInstances",
    ),
    (
        "cloudformation-update-stack-set",
        "cloudformation",
        "cloudformation:UpdateStackSet",
        "a stack set",
    ),
    (
        "datapipeline",
        "datapipeline",
        "datapipeline:CreatePipeline datapipeline:PutPipelineDefinition datapipeline:ActivatePipeline",
    ),
    ("codebuild-build", "codebuild", "codebuild:CreateProject codebuild:StartBuild"),
    ("codebuild-build-batch", "codebuild", "codebuild:CreateProject codebuild:StartBuildBatch"),
    ("ecs-run-task", "ecs-tasks", "ecs:RegisterTaskDefinition ecs:RunTask"),
    ("ecs-start-task", "ecs-tasks", "ecs:RegisterTaskDefinition ecs:StartTask"),
    ("ecs-create-service", "ecs-tasks", "ecs:RegisterTaskDefinition ecs:CreateService"),
    ("ecs-run-task-overridden", "ecs-tasks", "ecs:RunTask", "a task definition"),
    ("ecs-start-task-overridden", "ecs-tasks", "ecs:StartTask", "a task definition"),
    ("sagemaker-notebook", "sagemaker", "sagemaker:CreateNotebookInstance"),
    ("sagemaker-training-job", "sagemaker", "sagemaker:CreateTrainingJob"),
    ("sagemaker-processing-job", "sagemaker", "sagemaker:CreateProcessingJob"),
    ("apprunner-create-service", "tasks.apprunner", "apprunner:CreateService"),
    ("batch-submit-job", "ecs-tasks", "batch:RegisterJobDefinition batch:SubmitJob"),
    ("braket-create-job", "braket", "braket:CreateJob"),
    ("emr-run-job-flow", "elasticmapreduce", "elasticmapreduce:RunJobFlow"),
    (
        "emr-serverless-job",
        "emr-serverless",
        "emr-serverless:CreateApplication emr-serverless:StartJobRun",
    ),
    (
        "gamelift-fleet",
        "gamelift",
        "gamelift:CreateBuild gamelift:CreateFleet gamelift:RequestUploadCredentials",
    ),
    (
        "image-builder",
        "ec2",
        "imagebuilder:CreateComponent imagebuilder:CreateImageRecipe "
        "imagebuilder:CreateInfrastructureConfiguration imagebuilder:CreateImage",
    ),
    (
        "kinesis-analytics",
        "kinesisanalytics",
        "kinesisanalytics:CreateApplication kinesisanalytics:StartApplication",
    ),
    ("omics-workflow", "omics", "omics:CreateWorkflow omics:StartRun"),
    ("scheduler-schedule", "scheduler", "scheduler:CreateSchedule"),
    ("ssm-automation", "ssm", "ssm:CreateDocument ssm:StartAutomationExecution"),
    ("states-create", "states", "states:CreateStateMachine states:StartExecution"),
    (
        "bedrock-code-interpreter",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession "
        "bedrock-agentcore:InvokeCodeInterpreter",
    ),
    (
        "bedrock-agent-runtime",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:InvokeAgentRuntimeCommand",
    ),
    (
        "bedrock-browser",
        "bedrock-agentcore",
        "bedrock-agentcore:CreateBrowser bedrock-agentcore:StartBrowserSession "
        "bedrock-agentcore:ConnectBrowserAutomationStream",
    ),
    (
        "cognito-identity-pool",
        "cognito-identity",
        "cognito-identity:SetIdentityPoolRoles",
        "an identity pool",
    ),
)
_USING = (
    ("lambda-update-code", "lambda:UpdateFunctionCode", "a function"),
    ("lambda-update-configuration", "lambda:UpdateFunctionConfiguration", "a function"),
    ("glue-update-dev-endpoint", "glue:UpdateDevEndpoint", "a Glue development endpoint"),
    ("cloudformation-update-stack", "cloudformation:UpdateStack", "a stack"),
    (
        "cloudformation-change-set",
        "cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet",
        "a stack",
    ),
    ("codebuild-start-build", "codebuild:StartBuild", "a CodeBuild project"),
    ("codebuild-start-build-batch", "codebuild:StartBuildBatch", "a CodeBuild project"),
    ("codedeploy", "codedeploy:CreateDeployment", "a deployment group"),
    (
        "ec2-user-data",
        "ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances",
        "an instance",
    ),
    (
        "ec2-launch-template",
        "ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate",
        "a launch template",
    ),
    ("ec2-instance-connect", "ec2-instance-connect:SendSSHPublicKey", "an instance"),
    ("ecs-execute-command", "ecs:ExecuteCommand", "a running task"),
    ("sagemaker-presigned-url", "sagemaker:CreatePresignedNotebookInstanceUrl", "a notebook"),
    (
        "sagemaker-lifecycle",
        "sagemaker:CreateNotebookInstanceLifecycleConfig sagemaker:StopNotebookInstance "
        "sagemaker:UpdateNotebookInstance sagemaker:StartNotebookInstance",
        "a notebook",
    ),
    ("ssm-start-session", "ssm:StartSession", "a managed instance"),
    ("ssm-send-command", "ssm:SendCommand", "a managed instance"),
    ("apprunner-update-service", "apprunner:UpdateService", "an App Runner service"),
    ("batch-existing-job", "batch:SubmitJob", "a job definition"),
    ("states-update", "states:UpdateStateMachine states:StartExecution", "a state machine"),
    (
        "bedrock-interpreter-session",
        "bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter",
        "a code interpreter",
    ),
    (
        "bedrock-runtime-command",
        "bedrock-agentcore:InvokeAgentRuntimeCommand",
        "an agent runtime",
    ),
    (
        "bedrock-browser-session",
        "bedrock-agentcore:StartBrowserSession bedrock-agentcore:ConnectBrowserAutomationStream",
        "a browser",
    ),
)

PATHS: Final[tuple[Known, ...]] = (
    *(Known(name, tuple(calls.split()), why) for name, calls, why in _IAM),
    Known(
        "set-default-policy-version",
        ("iam:SetDefaultPolicyVersion",),
        "bring back an older version of any policy",
        existing="a stronger version",
    ),
    *(_passing(*row) for row in _PASSING),
    *(_using(*row) for row in _USING),
)
