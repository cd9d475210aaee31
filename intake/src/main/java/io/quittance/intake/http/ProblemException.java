package io.quittance.intake.http;

import org.jspecify.annotations.Nullable;

/** Ends the handling of a request with a problem as its answer, from wherever it was found. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.code(), null, false, false);
        this.problem = problem;
    }

    ProblemException(ProblemCode code, @Nullable String detail) {
        this(Problem.of(code, detail));
    }

    Problem problem() {
        return problem;
    }
}
