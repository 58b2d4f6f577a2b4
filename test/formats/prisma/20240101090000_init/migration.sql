-- CreateTable
CREATE TABLE author (
    id INTEGER NOT NULL,
    name VARCHAR(191) NOT NULL,

    PRIMARY KEY (id)
);
