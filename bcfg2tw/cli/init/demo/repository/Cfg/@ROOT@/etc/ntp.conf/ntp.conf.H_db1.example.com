driftfile /var/lib/ntp/ntp.drift
server clock1.example.com iburst
server clock2.example.com iburst
