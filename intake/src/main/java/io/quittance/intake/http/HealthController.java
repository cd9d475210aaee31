package io.quittance.intake.http;

import io.quittance.domain.report.BankViews;
import io.swagger.v3.oas.annotations.Operation;
import java.time.LocalDate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** Whether the doors can take something in: the books answer, and there is a date to submit to. Open to all. */
@RestController
final class HealthController {

    private static final Logger log = LoggerFactory.getLogger(HealthController.class);

    private final BankViews views;

    HealthController(BankViews views) {
        this.views = views;
    }

    /** @param status {@code UP} or {@code DOWN} */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Health(String status, List<LocalDate> openDates) {}

    @GetMapping("/health")
    @Operation(summary = "Whether the doors are open")
    ResponseEntity<Health> health() {
        try {
            List<LocalDate> dates = views.openDates();
            return dates.isEmpty() ? down() : ResponseEntity.ok(new Health("UP", dates));
        } catch (RuntimeException unanswered) {
            log.warn("health: the books do not answer", unanswered);
            return down();
        }
    }

    private static ResponseEntity<Health> down() {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(new Health("DOWN", List.of()));
    }
}
