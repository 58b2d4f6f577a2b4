"""Has moto hand what it is to invoke to a Lambda host, instead of looking for Docker.

Python imports a module of this name at its start: PYTHONPATH names this folder. LAMBDA_ENDPOINT_FILE is there once the
host is; what is invoked before, such as by S3's test event, is dropped.
"""

import os
from urllib.request import Request, urlopen

from moto.awslambda.models import LambdaFunction


def invoke(function, body, request_headers, response_headers):
    if not os.path.exists(os.environ["LAMBDA_ENDPOINT_FILE"]):
        return b""
    with open(os.environ["LAMBDA_ENDPOINT_FILE"], encoding="utf-8") as file:
        endpoint = file.read()
    # S3 and SNS call without any headers; Lambda takes their events asynchronously.
    kind = request_headers.get("x-amz-invocation-type", "RequestResponse") if request_headers else "Event"
    request = Request(
        f"{endpoint}/2015-03-31/functions/{function.function_name}/invocations",
        data=(body or "{}").encode(),
        headers={"x-amz-invocation-type": kind},
        method="POST",
    )
    with urlopen(request) as response:
        if "x-amz-function-error" in response.headers:
            response_headers["x-amz-function-error"] = response.headers["x-amz-function-error"]
        return response.read()


LambdaFunction.invoke = invoke
