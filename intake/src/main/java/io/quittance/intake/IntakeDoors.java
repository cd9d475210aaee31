package io.quittance.intake;

import io.quittance.domain.intake.FileIntake;
import io.quittance.intake.file.FileDoor;
import io.quittance.intake.file.FileLimits;
import io.quittance.intake.file.InboxFlow;
import io.quittance.intake.http.HttpDoor;
import io.quittance.intake.webhook.WebhookDelivery;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * All doors, for an application to import. It needs beans of the ports {@code IntakeQueue}, {@code FileIntake}, {@code
 * ClientDirectory}, {@code Approvals}, {@code BankViews}, {@code ClientViews}, {@code Webhooks} and {@code MessageQueue}, the
 * {@code BankSecret}, and Spring Boot's {@code JsonMapper}.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(FileLimits.class)
@Import({HttpDoor.class, InboxFlow.class, WebhookDelivery.class})
public class IntakeDoors {

    @Bean
    FileDoor fileDoor(FileIntake intake, FileLimits limits) {
        return new FileDoor(intake, limits);
    }
}
