package io.quittance.intake.http;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** What the container refuses before it knows any application, such as a malformed address: a problem, not a page. */
public final class ProblemValve extends ErrorReportValve {

    private static final JsonMapper JSON = new JsonMapper();

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        int code = response.getStatus();
        if (code < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        HttpStatus status = HttpStatus.resolve(code);
        if (status == HttpStatus.HTTP_VERSION_NOT_SUPPORTED || status == HttpStatus.NOT_IMPLEMENTED) {
            status = HttpStatus.BAD_REQUEST; // Not the bank's fault, which a 5xx would say.
            response.setStatus(status.value());
        }
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            byte[] body = JSON.writeValueAsBytes(
                    Problem.of(ProblemCode.of(status == null ? HttpStatus.BAD_REQUEST : status), null));
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException gone) {
            // The client went away; there is nobody to tell.
        }
    }
}
